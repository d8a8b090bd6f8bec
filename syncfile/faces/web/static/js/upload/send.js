/** Sends forms, and tells how far they are: only XMLHttpRequest does. */

import { ApiError } from "../api.js";

/**
 * @param {string} address
 * @param {FormData} form
 * @param {Record<string, string>} headers
 * @param {AbortSignal} signal
 * @param {(bytes: number) => void} onProgress
 * @returns {Promise<void>}
 * @throws {ApiError} With status 0 if there was no answer.
 */
export function sendForm(address, form, headers, signal, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    /** @param {unknown} [error] */
    const end = (error) => {
      signal.removeEventListener("abort", abort);
      if (error) reject(error);
      else resolve();
    };
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => end(request.status < 300 ? undefined : errorOf(request));
    request.onerror = () => end(new ApiError(0, "offline", "the server does not answer"));
    request.onabort = () => end(signal.reason);
    signal.addEventListener("abort", abort);
    request.open("POST", address);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.send(form);
  });
}

/** @param {XMLHttpRequest} request */
function errorOf(request) {
  const retryAfter = Number(request.getResponseHeader("Retry-After")) || 0;
  try {
    const { error, error_msg } = JSON.parse(request.responseText);
    return new ApiError(request.status, error, error_msg, retryAfter);
  } catch {
    return new ApiError(request.status, "internal", request.statusText, retryAfter);
  }
}
