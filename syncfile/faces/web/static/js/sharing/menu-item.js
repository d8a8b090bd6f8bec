/** "Share", in menus; the dialog itself is loaded when it is asked for. */

import { t } from "../i18n.js";
import { account } from "../session.js";

/**
 * Returns the entry of a menu that shares something; false where nobody may, as within encrypted libraries.
 * @param {import("./dialog.js").Shareable} shareable
 * @returns {import("../ui/menu.js").MenuItem | false}
 */
export function shareItem(shareable) {
  const { repo, path } = shareable;
  if (repo.encrypted && (path !== "/" || repo.owner !== account().username)) return false;
  return {
    label: t("share"),
    icon: "share",
    run: async () => {
      const { openShareDialog } = await import("./dialog.js");
      await openShareDialog(shareable);
    },
  };
}
