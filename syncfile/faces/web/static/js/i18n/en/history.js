/** Texts of what came before. */
export default {
  "history.back": "Back to the library",
  "history.kind.add": "Added",
  "history.kind.delete": "Deleted",
  "history.kind.modify": "Changed",
  "history.kind.rename": "Moved",
  "history.more": "Show more",
  "history.moreChanges": "More changes",
  "history.nothing": "No file or folder was changed.",
  "history.restore": "Go back to this state",
  "history.restoreAction": "Go back",
  "history.restoreText": "The library gets the content that it had on {when}. What came later stays in the history, and this can be undone.",
  "history.restoreTitle": "Go back to this state?",
  "history.restored": "The library has its earlier content again.",
  "history.title": "History",
};
