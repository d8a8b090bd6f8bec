/** 通知的文字。 */
export default {
  "notifications.certificate_expiry": "服务器证书还有 {days} 天到期。",
  "notifications.deleteAll": "全部删除",
  "notifications.dir_share": "{who} 与您共享了文件夹 {what}。",
  "notifications.disk_low": "磁盘空间即将用尽：共 {total}，剩余 {free}。",
  "notifications.group_join": "{who} 将您加入了群组 {what}。",
  "notifications.group_remove": "{who} 将您移出了群组 {what}。",
  "notifications.group_transfer": "{who} 将群组 {what} 转让给了您。",
  "notifications.job_failed": "服务器任务 {what} 连续失败，原因请查看日志。",
  "notifications.markRead": "全部标为已读",
  "notifications.new": "新",
  "notifications.none": "暂无通知",
  "notifications.noneText": "有人与您共享内容或将您加入群组时，会在这里告诉您。",
  "notifications.repo_share": "{who} 与您共享了资料库 {what}。",
  "notifications.scrub_found": "资料库 {what} 中 {path} 的数据在磁盘上已损坏，详情请运行 syncfile fsck。",
  "notifications.sign_in_new": "您的账号从新地址 {address} 登录，使用 {client}。如果不是您本人，请更改密码。",
  "notifications.title": "通知",
};
