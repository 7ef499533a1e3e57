"""Back-channel sign-out: telling portals on other sites that a contact's session has ended."""
