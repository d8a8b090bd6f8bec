/** 最近动态的文字。 */
export default {
  "activity.add": "添加了 {name}",
  "activity.delete": "删除了 {name}",
  "activity.inLibrary": "{user} 在 {library} 中",
  "activity.manyOthers": "以及许多其他内容",
  "activity.modify": "修改了 {name}",
  "activity.more": "查看更早的动态",
  "activity.move": "移动了 {name}",
  "activity.none": "还没有动态",
  "activity.noneText": "您的资料库和共享资料库中的更改会显示在这里。",
  "activity.others_other": "以及其他 {count} 项",
  "activity.rename": "将 {old} 重命名为 {name}",
  "activity.somebody": "某人",
  "activity.text": "所有资料库中发生的事情。",
  "activity.title": "最近",
  "activity.today": "今天",
  "activity.yesterday": "昨天",
};
