/** Who is signed in. */

import { ApiError, del, get, post, session as hook } from "./api.js";
import { Store } from "./state.js";

/** What the server says of the session; null until it has been asked. */
export const session = new Store(/** @type {Rest.Session | null} */ (null));

/** Called when somebody signs out or another one signs in: forget what belongs to the account. @type {Set<() => void>} */
const forgetters = new Set();

const USAGE_MS = 1000;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let asksUsage;
/** @type {Promise<boolean> | null} */
let asking = null;

/** Who is signed in, where that is certain. */
export function account() {
  return /** @type {Rest.Account} */ (session.value?.account);
}

/** @param {() => void} forget */
export function onSignOut(forget) {
  forgetters.add(forget);
}

/** @returns {Promise<Rest.Session>} */
export function askSession() {
  return get("/v1/session/");
}

/** @param {Promise<Rest.Session>} [asked] Where it was asked for before. */
export async function loadSession(asked = askSession()) {
  session.value = await asked;
}

/** Asks how much room the account uses, soon: changes come in numbers. */
export function refreshUsage() {
  clearTimeout(asksUsage);
  asksUsage = setTimeout(async () => {
    /** @type {Rest.Account} */
    const account = await get("/v1/account/");
    if (session.value?.account?.id === account.id) session.value = { ...session.value, account };
  }, USAGE_MS);
}

/**
 * @param {string} username Or e-mail address.
 * @param {string} password
 * @param {string} [code] Of an account with two-step sign-in.
 * @returns {Promise<boolean>} False if a code is needed as well.
 */
export async function signIn(username, password, code) {
  try {
    session.value = await post("/v1/session/", { username, password, code });
  } catch (error) {
    if (error instanceof ApiError && error.slug === "code_required") return false;
    throw error;
  }
  return true;
}

/**
 * Makes an account and signs in with it.
 * @param {string} username
 * @param {string} email
 * @param {string} password
 */
export async function register(username, email, password) {
  await post("/v1/accounts/", { username, email, password });
  await signIn(username, password);
}

export async function signOut() {
  try {
    await del("/v1/session/");
  } finally {
    location.hash = ""; // the next one begins at the beginning
    await forgetAccount();
  }
}

/** Shows the first page to somebody who is not signed in any more. */
export async function forgetAccount() {
  for (const forget of forgetters) forget();
  const last = session.value;
  if (last) session.value = { ...last, account: null };
  await loadSession();
}

/**
 * Asks for the password when the session has ended while somebody worked; what they typed stays where it is.
 * @returns {Promise<boolean>} Whether the same person signed in again.
 */
async function askAgain() {
  if (!session.value?.account) return false;
  asking ??= openDialog();
  try {
    return await asking;
  } finally {
    asking = null;
  }
}

async function openDialog() {
  const { askPassword } = await import("./ui/sign-in-again.js");
  if (await askPassword(account().username)) return true;
  await forgetAccount();
  return false;
}

hook.askAgain = askAgain;
