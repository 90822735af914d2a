extension Catalogue {
    var webhooksLead: String {
        staff("Where the host is told what happens. Endpoints are made and changed by the API.")
    }
    var noEndpoints: String { staff("No endpoint. The host can still read the events.") }
    var endpointColumn: String { staff("Endpoint") }
    var waitingColumn: String { staff("Tried again") }
    var givenUpColumn: String { staff("Given up") }
    var lastArrived: String { staff("Last arrived") }
    var failingSince: String { staff("Failing since") }
    var endpointURL: String { staff("URL") }
    var endpointFor: String { staff("For") }
    var toldOf: String { staff("Told of") }
    var everyEvent: String { staff("Every event") }
    func webhookState(_ state: WebhookRow.State) -> String {
        switch state {
        case .working: staff("On")
        case .failing: staff("Failing")
        case .off: staff("Off")
        case .gone: staff("Off: it answered 410")
        }
    }
    var tryEndpoint: String { staff("Send a test") }
    var switchOff: String { staff("Switch off") }
    var switchOn: String { staff("Switch on") }
    var switchOffHint: String {
        staff("Switched off, it is told nothing, and what is still to be tried is stopped.")
    }
    var switchOnHint: String {
        staff("It is told what happens from then on. The API sends a range of the past again.")
    }
    var deliveriesTitle: String { staff("Deliveries") }
    var nothingSent: String { staff("Nothing was sent yet.") }
    var eventColumn: String { staff("Event") }
    var triesColumn: String { staff("Tries") }
    var lastTry: String { staff("Last try") }
    var answerColumn: String { staff("Answer") }
    var nextTry: String { staff("Next try") }
    var sendAgain: String { staff("Send again") }
    func sendAgain(_ event: String) -> String { staff("Send \(event) again") }
    func deliveryState(_ state: WebhookPage.Delivery.State) -> String {
        switch state {
        case .waiting: staff("To be tried")
        case .delivered: staff("Arrived")
        case .failed: staff("Given up")
        case .stopped: staff("Stopped")
        }
    }
    var endpointActsTitle: String { staff("What was done with it") }
    var noEndpointActs: String { staff("Nothing since acts are kept.") }
    var actColumn: String { staff("Act") }
    var actorColumn: String { staff("By") }
    var actTimeColumn: String { staff("When") }
    func endpointAct(_ kind: WebhookPage.Act.Kind) -> String {
        switch kind {
        case .added: staff("Added")
        case .changed: staff("Changed")
        case .enabled: staff("Switched on")
        case .disabled: staff("Switched off")
        case .removed: staff("Deleted")
        case .rotated: staff("New secret")
        case .tested: staff("Test sent")
        case .replayed: staff("Sent again")
        case .gone: staff("Switched off: it answered 410")
        }
    }
    func tryResult(_ result: WebhookPage.Delivery.Result, _ status: Int?) -> String {
        let code = status.map { " (\($0))" } ?? ""
        switch result {
        case .delivered: return staff("Arrived\(code)")
        case .gone: return staff("Nobody is there any more\(code)")
        case .throttled: return staff("It asks for rest\(code)")
        case .redirected: return staff("It sends elsewhere, which is not followed\(code)")
        case .refused: return staff("Refused\(code)")
        case .timedOut: return staff("No answer in time")
        case .unreachable: return staff("No connection")
        case .untrusted: return staff("Its certificate is not believed")
        case .nameUnknown: return staff("The name has no address")
        case .addressForbidden: return staff("The name leads to an address that is not public")
        }
    }
}
