import Localization

extension Catalogue {
    // Live pages

    var pageRenewed: String { text(.pageRenewed) }

    /// Said beside a new notice's title.
    func newNotice(_ title: String) -> String { text(.newNotice, ["title": title]) }

    // Without a connection

    var offlineTitle: String { text(.offlineTitle) }
    var offlineLead: String { text(.offlineLead) }
    var offlineNow: String { text(.offlineNow) }
    /// Above the copy of Home that a phone keeps.
    func offlineThen(_ moment: String) -> String { text(.offlineThen, ["moment": moment]) }
    var offlineSeeHome: String { text(.offlineSeeHome) }
    var tryAgain: String { text(.tryAgain) }

    // The installed app

    func appDescription(_ brand: String) -> String { text(.appDescription, ["brand": brand]) }

    // What a locked screen may show: that there is something, never how much or of whom.

    func glance(_ kind: NoticesPage.Kind) -> String {
        switch kind {
        case .owed, .reminder, .finalWarning, .residualOwed, .ourError: text(.glanceOwed)
        case .deadlineMoved: text(.glanceDeadlineMoved)
        case .sold, .saleStarted, .saleRestored, .writtenOff: text(.glanceSold)
        case .documentsAsked, .documentRefused: text(.glanceDocumentsAsked)
        case .documentsAccepted, .paymentStarted, .paymentReturned, .settled, .fundsReceived,
            .paymentNotMade, .overpaid, .overpaymentRefunded, .overpaymentKept:
            text(.glanceDocumentsAccepted)
        case .availableEarly, .purchasedEarly, .returnedCovered, .withdrawable,
            .withdrawalCancelled:
            text(.glanceAvailableEarly)
        case .bankDetailsCorrected, .smallAmountsSent, .bankVerified, .bankNotVerified:
            text(.glanceBankDetailsCorrected)
        }
    }

    // How notices reach the customer

    var noticeSettings: String { text(.noticeSettings) }
    var noticeSettingsLead: String { text(.noticeSettingsLead) }
    var whatAbout: String { text(.whatAbout) }

    func topic(_ topic: NoticeSettingsPage.Topic) -> String {
        switch topic {
        case .owed: text(.topicOwed)
        case .sales: text(.topicSales)
        case .payments: text(.topicPayments)
        case .deposits: text(.topicDeposits)
        case .account: text(.topicAccount)
        }
    }

    func channel(_ channel: NoticeSettingsPage.Channel) -> String {
        switch channel {
        case .mail: text(.channelMail)
        case .push: text(.channelPush)
        case .text: text(.channelText)
        }
    }

    var alwaysMailed: String { text(.alwaysMailed) }

    func mailGoesTo(_ address: String) -> String { text(.mailGoesTo, ["address": address]) }

    var quietHours: String { text(.quietHours) }
    var quietHoursHint: String { text(.quietHoursHint) }
    var quietFrom: String { text(.quietFrom) }
    var quietTo: String { text(.quietTo) }
    var noQuietHours: String { text(.noQuietHours) }

    /// A full hour, as in "10 PM" or "22:00".
    func hour(_ hour: Int) -> String {
        text(
            .fullHour,
            [
                "hour12": "\(hour % 12 == 0 ? 12 : hour % 12)",
                "hour24": NumberForms.padded(UInt64(hour), 2), "half": half(hour),
            ])
    }

    var keepSettings: String { text(.keepSettings) }
    var settingsKept: String { text(.settingsKept) }

    var yourDevices: String { text(.yourDevices) }
    var noDevices: String { text(.noDevices) }
    var deviceOn: String { text(.deviceOn) }
    var deviceOnHint: String { text(.deviceOnHint) }
    var deviceIsOn: String { text(.deviceIsOn) }
    var deviceDenied: String { text(.deviceDenied) }
    var deviceUnable: String { text(.deviceUnable) }
    var deviceNotAdded: String { text(.deviceNotAdded) }

    func device(_ host: String) -> String { text(.deviceReachedBy, ["host": host]) }
    func deviceSince(_ moment: String) -> String { text(.deviceSince, ["moment": moment]) }
    var removeDevice: String { text(.removeDevice) }

    // Operators

    var noticesOfCustomer: String { staff("Notices and how they went") }
    var noticesOfCustomerLead: String {
        staff(
            "The time to pay begins with the first that is delivered, or is read in the app. Where "
                + "none arrived, tell the customer another way and say so here.")
    }
    var noticeColumnName: String { staff("Notice") }
    var channelColumn: String { staff("Channel") }
    var outcomeColumn: String { staff("Outcome") }
    var saidColumn: String { staff("What was said") }
    var noDeliveries: String { staff("Nothing has been told yet.") }
    var inTheApp: String { staff("In the app") }

    func delivery(_ state: CustomerNoticesPage.State) -> String {
        switch state {
        case .unread: staff("Not read")
        case .read: staff("Read")
        case .waiting: staff("On its way")
        case .delivered: staff("Delivered")
        case .refused: staff("Refused")
        case .gaveUp: staff("Given up")
        case .bounced: staff("Came back")
        }
    }

    var toldOtherwise: String { staff("I told the customer") }
    var toldOtherwiseHint: String {
        staff("By telephone or letter: say how and when. The time to pay begins now.")
    }
}
