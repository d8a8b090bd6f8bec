/** Texts of the list of what one shares. */
export default {
  "shared.gone": "Not there any more",
  "shared.links": "Links",
  "shared.noLinks": "No links yet",
  "shared.noLinksText": "A link lets people without an account open a file or folder, or upload into one. Make it by “Share”.",
  "shared.none": "Nothing shared yet",
  "shared.noneText": "Choose “Share” at a library or folder to give it to people and groups on this server.",
  "shared.people": "People and groups",
  "shared.stopLink": "Stop the link to {name}",
  "shared.stopped": "“{name}” is no longer shared with {who}.",
  "shared.text": "What you share, and with whom. Stop it whenever you like.",
  "shared.title": "Shared by me",
  "shared.upload": "Upload",
  "shared.with": "with {who}",
  "shared.withGroup": "with the group {who}",
};
