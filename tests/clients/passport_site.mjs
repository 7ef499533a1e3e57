/** A portal with Express, Passport and the lines of docs/portals/passport.md, which lie beside this file when it runs. */

import express from "express";
import session from "express-session";
import { routes, signedIn } from "./portico.mjs";

const app = express();
app.use(session({ secret: "of this test alone", resave: false, saveUninitialized: false }));
routes(app);
app.get("/tickets/:id", signedIn, (req, res) => res.send(`Ticket ${req.params.id}`));
app.get("/", (_, res) => res.send("Home"));
app.get("/whoami.json", (req, res) => res.json({ signed_in: req.isAuthenticated(), ...req.user }));
app.listen(Number(process.argv[2]), "127.0.0.1");
