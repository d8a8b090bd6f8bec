/** Texts of the search. */
export default {
  "search.begin": "Find anything",
  "search.beginText": "Type part of a name. Several words may stand anywhere in it, in any order.",
  "search.everywhere": "All libraries",
  "search.folder": "Folder",
  "search.found_one": "{count} result",
  "search.found_other": "{count} results",
  "search.here": "This library",
  "search.more": "Show more",
  "search.nothing": "Nothing found",
  "search.nothingText": "No file or folder has “{text}” in its name.",
  "search.results": "Results",
  "search.scope": "Where to search",
  "search.showInFolder": "Show {name} in its folder",
  "search.shown": "{shown} of {count} results",
  "search.title": "Search",
};
