import HTML

extension CustomerPage {
    /// Something an action may be done to.
    public struct Item: Sendable, Equatable {
        /// Its id, sent back by the form.
        public var id: String
        /// What it is, in a sentence of the program's.
        public var title: String
        /// The values the reader sees, each described at its property.
        public init(id: String, title: String) {
            self.id = id
            self.title = title
        }
    }
}

extension TasksPage {
    /// Yes and no, each a form of its own so that neither is pressed for the other.
    func approval(of task: Task, in scene: Scene) -> Markup {
        group {
            scene.post(Paths.Desk.task(task.id), key: "approve-\(task.id)") {
                scene.submit(scene.say.approve, "button small", decision: "approve")
            }
            scene.post(Paths.Desk.task(task.id), key: "decline-\(task.id)") {
                scene.submit(scene.say.decline, "button second small", decision: "decline")
            }
        }
    }
}

extension Catalogue {
    var approve: String { staff("Approve") }
    var decline: String { staff("Decline") }
    var restoreCost: String { staff("What it cost to buy it back") }
}
