import PackagePlugin

/// Puts every file of a target's `Languages` folder into the program. To add a language is to add
/// its file; no list names it.
@main struct EmbedLanguages: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        guard let files = target.sourceModule?.sourceFiles(withSuffix: "arb").map(\.url) else {
            return []
        }
        let output = context.pluginWorkDirectoryURL.appending(path: "Languages.swift")
        return [
            .buildCommand(
                displayName: "Embed the languages of \(target.name)",
                executable: try context.tool(named: "makewhole-embed-languages").url,
                arguments: [output.path(), "en-US"] + files.map { $0.path() }.sorted(),
                inputFiles: files, outputFiles: [output])
        ]
    }
}
