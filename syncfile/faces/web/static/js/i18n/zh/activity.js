/** 最近动态的文字。 */
export default {
  "activity.inLibrary": "{user} 在 {library} 中",
  "activity.more": "查看更早的动态",
  "activity.none": "还没有动态",
  "activity.noneText": "您的资料库和共享资料库中的更改会显示在这里。",
  "activity.somebody": "某人",
  "activity.text": "所有资料库中发生的事情。",
  "activity.title": "最近",
  "activity.today": "今天",
  "activity.yesterday": "昨天",
};
