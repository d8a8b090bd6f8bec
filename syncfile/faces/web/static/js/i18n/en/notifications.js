/** Texts of notifications. */
export default {
  "notifications.deleteAll": "Delete all",
  "notifications.dir_share": "{who} shared the folder {what} with you.",
  "notifications.group_join": "{who} added you to the group {what}.",
  "notifications.group_remove": "{who} removed you from the group {what}.",
  "notifications.group_transfer": "{who} made you the owner of the group {what}.",
  "notifications.markRead": "Mark all as read",
  "notifications.new": "New",
  "notifications.none": "All quiet",
  "notifications.noneText": "You will hear here of what is shared with you and of groups that you are added to.",
  "notifications.repo_share": "{who} shared the library {what} with you.",
  "notifications.title": "Notifications",
};
