/** Texts of the versions of a file. */
export default {
  "versions.back": "Back to the file",
  "versions.compare": "Compare with the newest",
  "versions.compareTitle": "What has changed",
  "versions.line.added": " (added)",
  "versions.line.changed": " (changed)",
  "versions.line.removed": " (removed)",
  "versions.newest": "Newest version",
  "versions.restore": "Restore",
  "versions.restored": "The version of {when} is the newest again.",
  "versions.title": "Versions",
  "versions.titleOf": "Versions of {name}",
  "versions.was": "Before that it was",
};
