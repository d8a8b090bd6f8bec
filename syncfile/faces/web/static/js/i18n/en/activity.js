/** Texts of what happened lately. */
export default {
  "activity.inLibrary": "{user} in {library}",
  "activity.more": "Show earlier",
  "activity.none": "Nothing has happened yet",
  "activity.noneText": "Changes in your libraries and in those that you share show up here.",
  "activity.somebody": "Somebody",
  "activity.text": "What happened in all your libraries.",
  "activity.title": "Recent",
  "activity.today": "Today",
  "activity.yesterday": "Yesterday",
};
