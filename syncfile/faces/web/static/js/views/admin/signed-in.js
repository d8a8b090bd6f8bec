/** What is signed in with an account, for administrators. */

import { del, get } from "../../api.js";
import { h } from "../../dom.js";
import { loadTexts, t } from "../../i18n.js";
import { Loaded } from "../../state.js";
import { button } from "../../ui/button.js";
import { openDialog } from "../../ui/dialog.js";
import { emptyState, whenLoaded } from "../../ui/parts.js";
import { toast } from "../../ui/toast.js";
import { renderDeviceRow } from "../settings/devices.js";

/**
 * Shows what is signed in, and signs it out.
 * @param {Rest.Account} account
 */
export async function openSignedIn(account) {
  await loadTexts("settings");
  const path = `/v1/accounts/${account.id}/devices/`;
  /** @type {Loaded<Rest.Device[]>} */
  const devices = new Loaded(() => get(path));
  devices.start();
  const done = await openDialog({
    title: t("admin.signedInOf", { name: account.username }),
    body: () => whenLoaded(devices, renderDevices),
    actions: (close) =>
      devices.value && devices.value.length > 0 &&
      button({
        label: t("admin.signOutAll"),
        icon: "signOut",
        kind: "danger",
        run: async () => {
          await del(path);
          close(true);
        },
      }),
  });
  if (done) toast(t("admin.signedOutAll", { name: account.username }), { kind: "success" });
}

/** @param {Rest.Device[]} devices */
function renderDevices(devices) {
  if (!devices.length) return emptyState({ icon: "device", title: t("admin.signedInNowhere") });
  return h("ul", { class: "rows" }, devices.map((device) => h("li", { key: device.id, class: "row" }, renderDeviceRow(device))));
}
