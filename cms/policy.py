"""What a browser may load for an article as readers see it: on the public site, and where writers look at it first."""

CSP = {
    "default-src": "'none'",
    "img-src": "'self'",
    "style-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def csp(**changed: str) -> str:
    """The content security policy, with some directives (`style_src`, …) changed."""
    directives = CSP | {name.replace("_", "-"): value for name, value in changed.items()}
    return "; ".join(f"{name} {value}" for name, value in directives.items())
