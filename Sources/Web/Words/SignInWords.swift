extension Catalogue {
    // Coming from the host's own pages

    var signInRefused: String {
        pick("We could not sign you in", "No pudimos iniciar su sesión")
    }
    var signInRefusedWhy: String {
        pick(
            """
            The way in from the page you came from works once, and for a few minutes. Nothing in \
            your account was changed.
            """,
            """
            El acceso desde la página de la que viene sirve una sola vez y por pocos minutos. No \
            se cambió nada en su cuenta.
            """)
    }
    var signInRefusedNext: String {
        pick(
            """
            Go back to that page, load it again and try once more. If it happens again, please \
            tell their support or ours.
            """,
            """
            Vuelva a esa página, cárguela de nuevo e inténtelo otra vez. Si vuelve a ocurrir, \
            avise a su equipo de ayuda o al nuestro.
            """)
    }
}
