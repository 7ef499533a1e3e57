"""Why can't they get in? From what is kept and what happened, to findings that end in something."""
