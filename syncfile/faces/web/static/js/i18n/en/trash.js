/** Texts of the trash. */
export default {
  "trash.empty": "Empty the trash",
  "trash.emptyText": "What is in it is gone for good, and with it the older versions of files from before that time.",
  "trash.isEmpty": "The trash is empty",
  "trash.isEmptyText": "What you delete from this library waits here and can be restored.",
  "trash.keep": "Keep",
  "trash.keepDays_one": "What was deleted on the last day",
  "trash.keepDays_other": "What was deleted in the last {count} days",
  "trash.keepNothing": "Nothing",
  "trash.restore": "Restore",
  "trash.restoreOf": "Restore {name}",
  "trash.restored": "“{name}” is back.",
  "trash.show": "Show",
  "trash.title": "Trash",
};
