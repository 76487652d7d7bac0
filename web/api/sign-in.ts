/**
 * Sign-in by OAuth's authorization code with PKCE (RFC 7636), at the user pool's own pages. The token is held in memory alone: after a reload the
 * pool gives another without asking, as long as its own session lasts.
 */
interface Config {
  readonly signInUrl: string;
  readonly clientId: string;
}

interface Token {
  readonly value: string;
  readonly endsAtMs: number;
}

/** What must survive the way to the user pool and back. */
interface Pending {
  readonly state: string;
  readonly verifier: string;
  readonly returnTo: string;
}

const PENDING = 'ascent.sign-in';
/** A token that ends while a request is under way would be refused. */
const MARGIN_MS = 30_000;

let token: Token | undefined;

const returnUrl = (): string => `${location.origin}/`;

const readConfig = async (): Promise<Config> => {
  const response = await fetch('/config.json');
  if (!response.ok) throw new Error(`how to sign in is not known: config.json answers ${response.status}`);
  return (await response.json()) as Config;
};

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

const random = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));

/** The bearer token, or undefined where nobody has signed in; whoever needs one is told by the API. */
export const accessToken = async (): Promise<string | undefined> => {
  if (token === undefined) return undefined;
  return token.endsAtMs - MARGIN_MS > Date.now() ? token.value : beginSignIn();
};

/** The id of who has signed in, as the API names people who change something; undefined where nobody has, or the token does not say. */
export const signedInAs = (): string | undefined => {
  const [, claims] = token?.value.split('.') ?? [];
  if (claims === undefined) return undefined;
  const told = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))) as { readonly sub?: string };
  return told.sub;
};

export const isSignedIn = (): boolean => token !== undefined;

let leaving: Promise<never> | undefined;

/** Leaves the page for the user pool's, once for however many requests were refused; never resolves. */
export const beginSignIn = (): Promise<never> => {
  leaving ??= leave();
  return leaving;
};

const leave = async (): Promise<never> => {
  const { signInUrl, clientId } = await readConfig();
  const pending: Pending = { state: random(), verifier: random(), returnTo: `${location.pathname}${location.search}` };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const challenge = base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(pending.verifier))));
  const asked = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: returnUrl(),
    scope: 'openid email',
    state: pending.state,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  location.assign(`${signInUrl}/oauth2/authorize?${asked}`);
  return new Promise(() => undefined);
};

/** Back from the user pool: takes the token for the code, and goes where the person wanted to. Does nothing on any other load. */
export const finishSignIn = async (): Promise<void> => {
  const told = new URLSearchParams(location.search);
  const kept = sessionStorage.getItem(PENDING);
  const code = told.get('code');
  if (kept === null || told.get('state') === null) return;
  sessionStorage.removeItem(PENDING);
  const pending = JSON.parse(kept) as Pending;
  if (code === null || told.get('state') !== pending.state)
    throw new Error(`sign-in failed: ${told.get('error_description') ?? 'the answer is not the one that was asked for'}`);
  const { signInUrl, clientId } = await readConfig();
  const response = await fetch(`${signInUrl}/oauth2/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      code,
      redirect_uri: returnUrl(),
      code_verifier: pending.verifier,
    }),
  });
  if (!response.ok) throw new Error(`sign-in failed: the user pool answers ${response.status}`);
  const { access_token, expires_in } = (await response.json()) as { readonly access_token: string; readonly expires_in: number };
  token = { value: access_token, endsAtMs: Date.now() + expires_in * 1_000 };
  history.replaceState(null, '', pending.returnTo);
};

/** Ends the session here and at the user pool. */
export const signOut = async (): Promise<void> => {
  const { signInUrl, clientId } = await readConfig();
  token = undefined;
  location.assign(`${signInUrl}/logout?${new URLSearchParams({ client_id: clientId, logout_uri: returnUrl() })}`);
};
