/** Texts of what came before. */
export default {
  "history.back": "返回资料库",
  "history.kind.add": "新增",
  "history.kind.delete": "删除",
  "history.kind.modify": "修改",
  "history.kind.rename": "移动",
  "history.more": "显示更多",
  "history.moreChanges": "更多变更",
  "history.nothing": "没有文件或文件夹变更。",
  "history.restore": "恢复到此状态",
  "history.restoreAction": "恢复",
  "history.restoreText": "资料库将恢复为 {when} 的内容。之后的更改仍保留在历史中，此操作可以撤销。",
  "history.restoreTitle": "恢复到此状态？",
  "history.restored": "资料库已恢复为之前的内容。",
  "history.title": "历史",
};
