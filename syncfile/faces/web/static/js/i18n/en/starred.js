/** Texts of what was starred. */
export default {
  "starred.library": "Library",
  "starred.none": "Nothing starred yet",
  "starred.noneText": "Star libraries, folders and files that you use often, and find them here.",
  "starred.remove": "Remove star",
  "starred.removed": "“{name}” has no star any more.",
  "starred.text": "What you want at hand.",
  "starred.title": "Starred",
};
