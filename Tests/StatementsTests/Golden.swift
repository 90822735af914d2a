/// Files made by hand from the formats' descriptions; every sum in them was added by hand too.
enum Golden {
    /// Every record and every funds type, two accounts in two currencies, two groups.
    static let bai2 = """
        01,021000021,EXAMPLEXCH,261125,0630,17,,,2/
        02,EXAMPLEXCH,021000021,1,261124,,USD,2/
        03,100000006789,,010,1000000,,,015,1062000,,/
        88,100,150000,4,Z,400,88000,3,Z/
        16,165,100000,0,BR0001,2026-11-23-A.ach,ACH SETTLEMENT FILE ID 2026-11-23-A.ach BATCH 0000001
        16,195,25000,V,261125,1530,BR0002,MW-REF-1,WIRE FROM ADA SAMPLE/
        16,257,5000,1,BR0003,,RETURN R01 TRACE NO 021000020000001/
        16,147,20000,S,5000,10000,5000,BR0004,PAYOUT po_01,CARD PAYOUT
        16,557,50000,2,BR0005,,ACH RETURN ITEM REASON R09/
        88,TRACE NUMBER 021000020000002, COMPANY ID 1123456789
        16,698,3000,Z,BR0006,,FEES, AS AGREED/
        16,495,35000,D,2,0,20000,1,15000,BR0007,WDR-1,/
        49,2538000,11/
        03,2000000001,JPY,010,5000,,,015,6500,,,100,1500,1,/
        16,142,1500,,BR0101,,/
        49,14500,3/
        98,2552500,2,16/
        02,EXAMPLEXCH,021000021,1,261125,,,2/
        03,100000006789,USD,010,1062000,,,015,1062000,,/
        49,2124000,2/
        98,2124000,1,4/
        99,4676500,2,22/

        """

    /// One account, one item, nothing that can be left out.
    static let smallBAI2 = """
        01,021000021,EXAMPLEXCH,261125,0630,18,,,2/
        02,EXAMPLEXCH,021000021,1,261124,,USD,2/
        03,100000006789,,010,1000,,,015,1500,,,100,500,1,,400,0,0,/
        16,165,500,Z,BR1,CR1,TEXT/
        49,3500,3/
        98,3500,1,5/
        99,3500,1,7/

        """

    static let camt = document(
        "053.001.08", "",
        """
        <BkToCstmrStmt>
          <GrpHdr><MsgId>MSG-1</MsgId><CreDtTm>2026-11-25T06:30:00Z</CreDtTm>
            <MsgPgntn><PgNb>1</PgNb><LastPgInd>true</LastPgInd></MsgPgntn></GrpHdr>
          <Stmt>
            <Id>STMT-328</Id><CreDtTm>2026-11-25T06:30:00Z</CreDtTm>
            <FrToDt><FrDtTm>2026-11-24T00:00:00</FrDtTm><ToDtTm>2026-11-24T23:59:59</ToDtTm></FrToDt>
            <Acct><Id><Othr><Id>100000006789</Id></Othr></Id><Ccy>USD</Ccy></Acct>
            <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">10000.00</Amt>
              <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-24</Dt></Dt></Bal>
            <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">11220.00</Amt>
              <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-24</Dt></Dt></Bal>
            <Bal><Tp><CdOrPrtry><Cd>CLAV</Cd></CdOrPrtry></Tp><Amt Ccy="USD">11000.00</Amt>
              <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-24</Dt></Dt></Bal>
            <TxsSummry>
              <TtlNtries><NbOfNtries>5</NbOfNtries><Sum>2379.00</Sum>
                <TtlNetNtry><Amt>1319.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></TtlNetNtry></TtlNtries>
              <TtlCdtNtries><NbOfNtries>3</NbOfNtries><Sum>1849.00</Sum></TtlCdtNtries>
              <TtlDbtNtries><NbOfNtries>2</NbOfNtries><Sum>530.00</Sum></TtlDbtNtries>
            </TxsSummry>
            <Ntry><NtryRef>1</NtryRef><Amt Ccy="USD">1500.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
              <Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-24</Dt></BookgDt>
              <ValDt><Dt>2026-11-25</Dt></ValDt><AcctSvcrRef>BR-1</AcctSvcrRef>
              <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>IDDT</Cd><SubFmlyCd>ESDD</SubFmlyCd></Fmly></Domn></BkTxCd>
              <NtryDtls>
                <Btch><MsgId>2026-11-23-A.ach</MsgId><PmtInfId>0000001</PmtInfId>
                  <NbOfTxs>3</NbOfTxs><TtlAmt Ccy="USD">1500.00</TtlAmt><CdtDbtInd>CRDT</CdtDbtInd></Btch>
                <TxDtls><Refs><EndToEndId>021000020000001</EndToEndId></Refs><Amt Ccy="USD">500.00</Amt>
                  <CdtDbtInd>CRDT</CdtDbtInd></TxDtls>
                <TxDtls><Refs><EndToEndId>021000020000002</EndToEndId></Refs><Amt Ccy="USD">700.00</Amt></TxDtls>
                <TxDtls><Refs><EndToEndId>dep_03</EndToEndId><Prtry><Tp>TRACE</Tp><Ref>021000020000003</Ref></Prtry></Refs>
                  <AmtDtls><TxAmt><Amt Ccy="USD">300.00</Amt></TxAmt></AmtDtls></TxDtls>
              </NtryDtls></Ntry>
            <Ntry><Amt Ccy="USD">500</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
              <BookgDt><DtTm>2026-11-24T10:00:00-05:00</DtTm></BookgDt><ValDt><Dt>2026-11-24</Dt></ValDt>
              <AcctSvcrRef>BR-2</AcctSvcrRef>
              <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>IDDT</Cd><SubFmlyCd>UPDD</SubFmlyCd></Fmly></Domn></BkTxCd>
              <NtryDtls><TxDtls><Refs><EndToEndId>021000020000009</EndToEndId></Refs>
                <RtrInf><Rsn><Cd>R01</Cd></Rsn></RtrInf></TxDtls></NtryDtls></Ntry>
            <Ntry><Amt Ccy="USD">30.0</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
              <BkTxCd><Prtry><Cd>698</Cd><Issr>BAI</Issr></Prtry></BkTxCd>
              <AddtlNtryInf>Fees &amp; charges</AddtlNtryInf></Ntry>
            <Ntry><Amt Ccy="USD">250.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><RvslInd>true</RvslInd>
              <Sts><Cd>BOOK</Cd></Sts><BkTxCd><Prtry><Cd>195</Cd><Issr>BAI2</Issr></Prtry></BkTxCd></Ntry>
            <Ntry><Amt Ccy="USD">99.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts></Ntry>
          </Stmt>
        </BkToCstmrStmt>
        """)

    /// The oldest version, in a prefix, with status and net amount as they were written then.
    static let camtOld = document(
        "053.001.02", "d",
        """
        <d:BkToCstmrStmt><d:GrpHdr><d:MsgId>M</d:MsgId></d:GrpHdr><d:Stmt><d:Id>S</d:Id>
        <d:Acct><d:Id><d:IBAN>XX00EXAM0000006789</d:IBAN></d:Id><d:Ccy>EUR</d:Ccy></d:Acct>
        <d:Bal><d:Tp><d:CdOrPrtry><d:Cd>PRCD</d:Cd></d:CdOrPrtry></d:Tp><d:Amt Ccy="EUR">5.00</d:Amt>
        <d:CdtDbtInd>DBIT</d:CdtDbtInd><d:Dt><d:Dt>2026-11-23</d:Dt></d:Dt></d:Bal>
        <d:Bal><d:Tp><d:CdOrPrtry><d:Cd>CLBD</d:Cd></d:CdOrPrtry></d:Tp><d:Amt Ccy="EUR">7.50</d:Amt>
        <d:CdtDbtInd>CRDT</d:CdtDbtInd><d:Dt><d:Dt>2026-11-24</d:Dt></d:Dt></d:Bal>
        <d:TxsSummry><d:TtlNtries><d:NbOfNtries>1</d:NbOfNtries><d:Sum>12.5</d:Sum>
        <d:TtlNetNtryAmt>12.5</d:TtlNetNtryAmt><d:CdtDbtInd>CRDT</d:CdtDbtInd></d:TtlNtries></d:TxsSummry>
        <d:Ntry><d:Amt Ccy="EUR">12.50</d:Amt><d:CdtDbtInd>CRDT</d:CdtDbtInd><d:Sts>BOOK</d:Sts>
        <d:BookgDt><d:Dt>2026-11-24</d:Dt></d:BookgDt><d:BkTxCd/></d:Ntry>
        </d:Stmt></d:BkToCstmrStmt>
        """)

    static let notification = document(
        "054.001.13", "",
        """
        <BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>M</MsgId></GrpHdr><Ntfctn><Id>N</Id>
        <Acct><Id><Othr><Id>100000006789</Id></Othr></Id><Ccy>USD</Ccy></Acct>
        <TxsSummry><TtlNtries><NbOfNtries>1</NbOfNtries><Sum>12.50</Sum></TtlNtries></TxsSummry>
        <Ntry><Amt Ccy="USD">12.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
        <BookgDt><Dt>2026-11-24</Dt></BookgDt></Ntry>
        </Ntfctn></BkToCstmrDbtCdtNtfctn>
        """)

    static func document(_ name: String, _ prefix: String, _ body: String) -> String {
        let colon = prefix.isEmpty ? "" : ":"
        let namespace = "urn:iso:std:iso:20022:tech:xsd:camt.\(name)"
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <\(prefix)\(colon)Document xmlns\(colon)\(prefix)="\(namespace)">
            \(body)
            </\(prefix)\(colon)Document>

            """
    }

    static let settlement = """
        record,trace_number,amount_minor,settlement_date,reference
        debit_settled,021000020000001,50000,2026-11-24,2026-11-23-A.ach
        return_settled,021000020000002,10000,2026-11-24,076401250000102
        dishonor_settled,021000020000009,2500,2026-11-24,076401250000101
        credit_settled,021000020000004,1,2026-11-24,2026-11-23-A.ach
        wire_received,wire_7,25000,2026-11-24,MW-REF-1|ADA SAMPLE
        total,5,87501,2026-11-24,

        """

    static let payout = """
        payout_id,type,transaction_id,reference,created,available_on,gross,fee,net,currency,description
        po_01,charge,tx_01,set_01,2026-11-20,2026-11-24,100.00,2.90,97.10,USD,Card of Ada Sample
        po_01,refund,tx_02,set_02,2026-11-21,2026-11-24,-20.00,0.00,-20.00,USD,"Refund, in part"
        po_01,dispute,tx_03,set_03,2026-11-21,2026-11-24,-30.00,15.00,-45.00,USD,
        po_01,payout,tx_04,,2026-11-24,2026-11-24,-32.10,0.00,-32.10,USD,Payout
        po_02,charge,tx_05,set_05,2026-11-21,2026-11-25,10.00,0.59,9.41,USD,
        po_02,payout,tx_06,,2026-11-25,2026-11-25,-9.41,0.00,-9.41,USD,Payout

        """

    /// As a European bank exports it.
    static let european = """
        Kontoauszug
        Datum;Soll;Haben;Text
        24.11.2026;;1.234,50;"Zahlung
        in zwei ""Zeilen""\"
        25.11.2026;34,50;;Gebühr

        """
}
