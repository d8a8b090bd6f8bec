/** Texts of what can be copied. */
export default {
  "copyable.copied": "Copied.",
  "copyable.copy": "Copy: {what}",
  "copyable.failed": "It is selected; press Ctrl+C to copy it.",
};
