/** 搜索的文字。 */
export default {
  "search.begin": "查找任何内容",
  "search.beginText": "输入名称的一部分。多个词可以按任意顺序出现在名称中的任意位置。",
  "search.everywhere": "所有资料库",
  "search.folder": "文件夹",
  "search.found_other": "{count} 个结果",
  "search.here": "此资料库",
  "search.more": "显示更多",
  "search.nothing": "没有找到",
  "search.nothingText": "没有名称包含“{text}”的文件或文件夹。",
  "search.results": "结果",
  "search.scope": "搜索范围",
  "search.showInFolder": "在文件夹中显示 {name}",
  "search.shown": "{count} 个结果中的 {shown} 个",
  "search.title": "搜索",
};
