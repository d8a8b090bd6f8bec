/** Texts of the versions of a file. */
export default {
  "versions.back": "返回文件",
  "versions.compare": "与最新版本比较",
  "versions.compareTitle": "变更内容",
  "versions.line.added": "（新增）",
  "versions.line.changed": "（修改）",
  "versions.line.removed": "（删除）",
  "versions.newest": "最新版本",
  "versions.restore": "恢复",
  "versions.restored": "已恢复为 {when} 的版本。",
  "versions.title": "历史版本",
  "versions.titleOf": "{name} 的历史版本",
  "versions.was": "此前的路径为",
};
