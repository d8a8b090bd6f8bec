/** Texts of the trash. */
export default {
  "trash.empty": "清空回收站",
  "trash.emptyText": "其中的内容将被永久删除，该时间之前的文件历史版本也会一并删除。",
  "trash.isEmpty": "回收站是空的",
  "trash.isEmptyText": "从此资料库删除的内容会保留在这里，可以恢复。",
  "trash.keep": "保留",
  "trash.keepDays_other": "最近 {count} 天删除的内容",
  "trash.keepNothing": "不保留",
  "trash.restore": "恢复",
  "trash.restoreOf": "恢复 {name}",
  "trash.restored": "“{name}”已恢复。",
  "trash.show": "查看",
  "trash.title": "回收站",
};
