import Banking
import Foundation
import Money
import Rules

/// The policies a simulated world lives under: the usual one, varied by the seed so that what
/// takes half a year elsewhere can happen within a run.
enum SimulatedPolicy {
    static func book(_ random: inout Randomness, start: Instant) throws -> PolicyBook {
        var first = try JSONDecoder().decode(Policy.self, from: Data(text.utf8))
        first.version = "sim-1"
        first.effectiveFrom = start.adding(days: -1)
        if random.chance(50) {
            first.loss.provisionAfterDays = random.int(3...8)
            first.loss.chargeOffAfterDays = random.int(9...20)
        }
        first.settlement.partialAllowed = random.chance(80)
        if random.chance(15),
            let index = first.settlement.methods.indices.randomElement(using: &random)
        {
            first.settlement.methods[index].enabled = false
        }
        first.loss.warrantyYears = random.int(0...2)
        first.grace.extendsToBankingDay = random.chance(70)
        first.credit.cleanDepositsAfterReturn = random.int(0...2)
        if random.chance(30) { first.approval.soleAuthorityMax = Cents(1_000_000) }
        if random.chance(30) { first.liquidation.buffer = BasisPoints(0) }
        // The rules change under the customers' feet, as they do.
        var second = first
        second.version = "sim-2"
        second.effectiveFrom = start.adding(days: random.int(10...40))
        second.hold.hours = 192
        second.grace.hours = 72
        second.credit.starterLimit = Cents(30_000)
        second.settlement.residualTolerance = Cents(500)
        return try PolicyBook([first, second])
    }

    private static let text = """
        {
          "version": "sim", "effectiveFrom": "2020-01-01T00:00:00Z",
          "assets": [
            {"code": "USDC", "scale": 6, "lot": 10000, "notionalMin": 100,
             "liquidationRank": 0, "liquidable": true},
            {"code": "BTC", "scale": 8, "lot": 1000, "notionalMin": 100,
             "liquidationRank": 1, "liquidable": true},
            {"code": "ETH", "scale": 8, "lot": 10000, "notionalMin": 100,
             "liquidationRank": 2, "liquidable": true},
            {"code": "OLD", "scale": 0, "lot": 1, "notionalMin": 100,
             "liquidationRank": 3, "liquidable": false}
          ],
          "credit": {
            "tiers": [
              {"name": "starter", "cleanDeposits": 0, "limit": 50000},
              {"name": "standard", "cleanDeposits": 2, "limit": 250000},
              {"name": "trusted", "cleanDeposits": 5, "limit": 1000000}
            ],
            "starterLimit": 40000, "balanceCover": 13000, "unclearedDays": 3,
            "balanceAgeHoursMax": 24, "depositMin": 1000, "depositMax": 2500000,
            "cleanDepositsAfterReturn": 1
          },
          "hold": {"hours": 168, "slackBankingDays": 1},
          "bank": {"cutOff": "20:00", "opening": "08:30", "pendingChargeBankingDays": 5},
          "grace": {
            "hours": 48, "extendsToBankingDay": true, "hoursAfterOpening": 4,
            "reminderAfterHours": 24, "finalWarningBeforeHours": 6
          },
          "settlement": {
            "methods": [
              {"kind": "wire", "enabled": true, "feeRate": 0, "protects": false, "documents": []},
              {"kind": "instant", "enabled": true, "feeRate": 50, "protects": true,
               "documents": []},
              {"kind": "card", "enabled": true, "feeRate": 290, "protects": true,
               "documents": ["photo_id"]},
              {"kind": "ach", "enabled": true, "feeRate": 0, "protects": true,
               "documents": ["photo_id", "bank_proof"]},
              {"kind": "representment", "enabled": true, "feeRate": 0, "protects": true,
               "documents": []},
              {"kind": "sell_asset", "enabled": true, "feeRate": 0, "protects": true,
               "documents": []},
              {"kind": "send_asset", "enabled": true, "feeRate": 0, "protects": false,
               "documents": []},
              {"kind": "deposit", "enabled": true, "feeRate": 0, "protects": false,
               "documents": []}
            ],
            "residualTolerance": 100, "residualWaiverSeconds": 1, "partialAllowed": true,
            "quoteSeconds": 900, "sellFee": 30
          },
          "verification": {"pauseHours": 72, "documentBytesMax": 10000000},
          "representment": {"countMax": 2, "daysMax": 180},
          "returns": {"linkStop": 45, "debitsMin": 1000},
          "liquidation": {
            "buffer": 50, "fee": 60, "bands": [50, 100, 200], "priceAgeSecondsMax": 60,
            "depthShare": 1000, "slicesPerHourMax": 3, "sliceIntervalSeconds": 30,
            "retrySeconds": 300, "breakerMove": 1000
          },
          "loss": {
            "provisionAfterDays": 90, "chargeOffAfterDays": 180, "warrantyYears": 2
          },
          "approval": {"soleAuthorityMax": 10000},
          "security": {"passwordChangeHours": 48, "emailChangeHours": 120}
        }
        """
}
