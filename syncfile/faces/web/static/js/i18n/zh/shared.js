/** “我的共享”列表的文字。 */
export default {
  "shared.gone": "内容已不存在",
  "shared.links": "链接",
  "shared.noLinks": "还没有链接",
  "shared.noLinksText": "没有账号的人可以通过链接打开文件或文件夹，或向文件夹上传。请使用“共享”来创建链接。",
  "shared.none": "还没有共享任何内容",
  "shared.noneText": "在资料库或文件夹上选择“共享”，即可共享给这台服务器上的用户和群组。",
  "shared.people": "用户和群组",
  "shared.stopLink": "停止 {name} 的链接",
  "shared.stopped": "“{name}”已不再共享给 {who}。",
  "shared.text": "您共享的内容以及共享对象，随时可以停止。",
  "shared.title": "我的共享",
  "shared.upload": "上传",
  "shared.with": "共享给 {who}",
  "shared.withGroup": "共享给群组 {who}",
};
