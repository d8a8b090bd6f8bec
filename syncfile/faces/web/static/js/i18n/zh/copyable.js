/** 可复制内容的文字。 */
export default {
  "copyable.copied": "已复制。",
  "copyable.copy": "复制：{what}",
  "copyable.failed": "内容已选中，请按 Ctrl+C 复制。",
};
