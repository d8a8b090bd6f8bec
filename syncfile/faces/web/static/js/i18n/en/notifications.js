/** Texts of notifications. */
export default {
  "notifications.certificate_expiry": "The certificate of the server is good for {days} more days.",
  "notifications.deleteAll": "Delete all",
  "notifications.dir_share": "{who} shared the folder {what} with you.",
  "notifications.disk_low": "The disk is nearly full: {free} of {total} are free.",
  "notifications.group_join": "{who} added you to the group {what}.",
  "notifications.group_remove": "{who} removed you from the group {what}.",
  "notifications.group_transfer": "{who} made you the owner of the group {what}.",
  "notifications.job_failed": "The server's job {what} fails again and again. Its log tells why.",
  "notifications.markRead": "Mark all as read",
  "notifications.new": "New",
  "notifications.none": "All quiet",
  "notifications.noneText": "You will hear here of what is shared with you and of groups that you are added to.",
  "notifications.repo_share": "{who} shared the library {what} with you.",
  "notifications.scrub_found": "The bytes of {path} in the library {what} have changed on the disk. “syncfile fsck” tells more.",
  "notifications.sign_in_new": "Your account was signed in to from a new address, {address}, with {client}. If that was not you, change your password.",
  "notifications.title": "Notifications",
};
