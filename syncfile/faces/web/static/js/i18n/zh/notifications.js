/** 通知的文字。 */
export default {
  "notifications.deleteAll": "全部删除",
  "notifications.dir_share": "{who} 与您共享了文件夹 {what}。",
  "notifications.group_join": "{who} 将您加入了群组 {what}。",
  "notifications.group_remove": "{who} 将您移出了群组 {what}。",
  "notifications.group_transfer": "{who} 将群组 {what} 转让给了您。",
  "notifications.markRead": "全部标为已读",
  "notifications.new": "新",
  "notifications.none": "暂无通知",
  "notifications.noneText": "有人与您共享内容或将您加入群组时，会在这里告诉您。",
  "notifications.repo_share": "{who} 与您共享了资料库 {what}。",
  "notifications.title": "通知",
};
