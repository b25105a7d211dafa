"""HTTP in, HTTP out: the server behind the web application, for programs as well as for browsers."""
