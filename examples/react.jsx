/**
 * A portal on the same site as Portico, with React and the package portico-js. Change the two lines,
 * bundle this file, and serve it on an origin of the workspace's. README.md says how on a laptop.
 */

import { createPortico } from "portico-js";
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

const PORTICO = "http://127.0.0.1:8000";
const WORKSPACE = "acme";

const portico = createPortico({ workspace: WORKSPACE, origin: PORTICO });

/** The session of this browser: undefined while it is asked for, null when nobody is signed in. */
function useSession() {
  const [session, setSession] = useState();
  const [error, setError] = useState();
  useEffect(() => {
    portico.session().then(setSession, setError);
  }, []);
  const signOut = () => portico.signOut().then(() => setSession(null), setError);
  return { session, error, signOut };
}

function Portal() {
  const { session, error, signOut } = useSession();
  if (error) return <p role="alert">Sign-in does not answer. Load the page again in a moment.</p>;
  if (session === undefined) return <p role="status">One moment …</p>;
  if (session === null) {
    return (
      <>
        <p role="status">You are not signed in.</p>
        <button onClick={() => location.assign(`${PORTICO}/${WORKSPACE}`)}>Sign in</button>
      </>
    );
  }
  // Call portico.session() whenever you need a token for your API.
  return (
    <>
      <p role="status">Hello, {session.contact.name}</p>
      <button onClick={signOut}>Sign out</button>
    </>
  );
}

const root = document.body.appendChild(document.createElement("main"));
createRoot(root).render(<Portal />);
