extension Catalogue {
    // Coming from the host's own pages

    var signInRefused: String { text(.signInRefused) }
    var signInRefusedWhy: String { text(.signInRefusedWhy) }
    var signInRefusedNext: String { text(.signInRefusedNext) }
}
