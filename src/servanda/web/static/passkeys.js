// Lets a form be answered by a passkey. A form is hidden until a browser that has passkeys runs this.

const bytesOf = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
};

const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const listed = (credentials) => credentials?.map((each) => ({ ...each, id: bytesOf(each.id) }));

const forBrowser = (options) => {
  const told = { ...options, challenge: bytesOf(options.challenge) };
  if (options.user) told.user = { ...options.user, id: bytesOf(options.user.id) };
  if (options.excludeCredentials) told.excludeCredentials = listed(options.excludeCredentials);
  if (options.allowCredentials) told.allowCredentials = listed(options.allowCredentials);
  return told;
};

const forServer = (credential) => {
  const { response } = credential;
  const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const given = names.filter((name) => response[name]).map((name) => [name, textOf(response[name])]);
  return {
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    response: Object.fromEntries(given),
    clientExtensionResults: credential.getClientExtensionResults(),
  };
};

const optionsOf = async (form) => {
  if (form.dataset.passkey !== "fetch") return JSON.parse(form.dataset.options).publicKey;
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return (await answer.json()).request_options.publicKey;
};

const asked = async (form) => {
  const publicKey = forBrowser(await optionsOf(form));
  if (form.dataset.passkey !== "create") return navigator.credentials.get({ publicKey });
  const alone = form.elements.passwordless.checked;
  const wanted = { residentKey: alone ? "required" : "discouraged", requireResidentKey: alone };
  if (alone) wanted.userVerification = "required";
  publicKey.authenticatorSelection = { ...publicKey.authenticatorSelection, ...wanted };
  return navigator.credentials.create({ publicKey });
};

const answer = async (event) => {
  event.preventDefault();
  const form = event.target;
  const wrong = form.querySelector("[data-passkey-wrong]");
  try {
    form.elements.credential.value = JSON.stringify(forServer(await asked(form)));
    form.submit();
  } catch (refusal) {
    wrong.textContent = `No passkey was used (${refusal.name}). Try again, or choose another way.`;
    wrong.hidden = false;
  }
};

if (window.PublicKeyCredential) {
  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    form.hidden = false;
    form.addEventListener("submit", answer);
  });
}
