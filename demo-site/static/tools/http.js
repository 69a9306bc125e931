// The tools' calls to the shop's server.

async function call(path, options) {
  const response = await fetch(path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

export const get = (path) => call(path);

export const post = (path, body) =>
  call(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/** Puts what `work` says, or why it failed, into `output`. */
export async function say(output, work) {
  output.className = "";
  output.textContent = "…";
  try {
    output.textContent = await work();
  } catch (error) {
    output.className = "bad";
    output.textContent = error.message;
  }
}
