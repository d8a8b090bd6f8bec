/** 收藏内容的文字。 */
export default {
  "starred.library": "资料库",
  "starred.none": "还没有收藏",
  "starred.noneText": "收藏常用的资料库、文件夹和文件，即可在这里快速找到。",
  "starred.remove": "取消收藏",
  "starred.removed": "已取消收藏“{name}”。",
  "starred.text": "您想随手取用的内容。",
  "starred.title": "收藏",
};
