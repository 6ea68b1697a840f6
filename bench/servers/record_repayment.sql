-- Booking received money as one stored procedure: it writes the rows that the product's recordRepayment writes.
-- Checks are made, but a refusal is an exception: only successes are measured.
CREATE OR REPLACE FUNCTION bench_record_repayment(
  a_staff bigint, a_session bigint, a_branches bigint[], a_loan bigint, a_cents bigint, a_currency text,
  a_channel text, a_reference text, a_received_on date, a_key text, a_hash text, a_today date
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  moment timestamptz := clock_timestamp();
  repaid bigint := nextval(pg_get_serial_sequence('repayment', 'id'));
  l record;
  receipt_key bigint;
  entry_key bigint;
  event_key bigint;
  oldest_due_on date;
  paid record;
  still_open boolean;
  called text;
BEGIN
  INSERT INTO idempotency_key (actor, operation, key, arguments_hash, result_number, created_at)
  VALUES ('S' || a_staff, 'record_repayment', a_key, a_hash, repaid, moment)
  ON CONFLICT (actor, operation, key) DO NOTHING;
  IF NOT FOUND THEN
    SELECT result_number INTO repaid FROM idempotency_key
    WHERE actor = 'S' || a_staff AND operation = 'record_repayment' AND key = a_key AND arguments_hash = a_hash;
    IF NOT FOUND THEN RAISE EXCEPTION 'KEY_REUSED'; END IF;
    RETURN bench_repaid(repaid);
  END IF;
  SELECT loan.id, loan.customer_id, loan.currency, loan.outstanding, loan.status, loan.opened_on, loan.created_at
  INTO l FROM loan JOIN customer ON customer.id = loan.customer_id
  WHERE loan.id = a_loan AND customer.branch_id = ANY(a_branches) FOR UPDATE OF loan;
  IF NOT FOUND THEN RAISE EXCEPTION 'NOT_FOUND'; END IF;
  IF EXISTS (SELECT FROM loan_party JOIN staff ON staff.customer_id = loan_party.customer_id
             WHERE staff.id = a_staff AND loan_party.loan_id = a_loan) THEN RAISE EXCEPTION 'OWN_AFFAIRS'; END IF;
  IF l.status <> 'ACTIVE' OR l.currency <> a_currency OR a_cents <= 0
     OR NOT a_received_on BETWEEN l.opened_on AND a_today THEN RAISE EXCEPTION 'REFUSED'; END IF;

  INSERT INTO receipt (loan_id, customer_id, provider, provider_reference, currency, amount, received_at, value_on, created_at)
  VALUES (l.id, l.customer_id, 'manual', a_reference, a_currency, a_cents, moment, a_received_on, moment)
  RETURNING id INTO receipt_key;
  INSERT INTO repayment (id, loan_id, customer_id, receipt_id, currency, amount, channel, value_on, received_at, created_at)
  VALUES (repaid, l.id, l.customer_id, receipt_key, a_currency, a_cents, a_channel, a_received_on, moment, moment);

  INSERT INTO loan_event (loan_id, customer_id, kind, value_on, currency, amount, repayment_id, created_at)
  VALUES (l.id, l.customer_id, 'PAYMENT', a_received_on, a_currency, a_cents, repaid, moment) RETURNING id INTO event_key;
  WITH due AS (
    SELECT id, installment.number, due_on, principal - paid_principal AS principal, interest - paid_interest AS interest,
      COALESCE(SUM(principal - paid_principal + interest - paid_interest) OVER (
        ORDER BY due_on, installment.number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM installment WHERE loan_id = l.id AND is_open
  ), with_interest AS (
    SELECT *, LEAST(interest, a_cents - before) AS pays_interest FROM due WHERE before < a_cents
  ), share AS (
    SELECT *, LEAST(principal, a_cents - before - pays_interest) AS pays_principal FROM with_interest
  ), changed AS (
    UPDATE installment SET paid_interest = paid_interest + pays_interest,
      paid_principal = paid_principal + pays_principal,
      is_open = NOT (pays_interest = share.interest AND pays_principal = share.principal),
      paid_on = CASE WHEN pays_interest = share.interest AND pays_principal = share.principal THEN a_received_on END
    FROM share WHERE installment.id = share.id
  ), entries AS (
    INSERT INTO points_entry (customer_id, kind, points, source, repayment_id, loan_id, installment_number, booked_on, created_at)
    SELECT l.customer_id, 'EARNED', 10, 'Loan:' || l.id || ':' || number, repaid, l.id, number, a_today, moment FROM share
    WHERE pays_interest = interest AND pays_principal = principal AND a_received_on <= due_on ORDER BY due_on
    ON CONFLICT (source) DO NOTHING RETURNING id, points
  ), lots AS (
    INSERT INTO point_lot (customer_id, entry_id, earned, expires_on, created_at)
    SELECT l.customer_id, id, points, (date_trunc('month', a_today) + interval '25 months')::date - 1, moment FROM entries
    RETURNING id, entry_id, earned
  ), held AS (
    INSERT INTO points_posting (customer_id, entry_id, side, lot_id, points, created_at)
    SELECT l.customer_id, entry_id, 'HELD', id, earned, moment FROM lots
    UNION ALL SELECT l.customer_id, entry_id, 'ISSUED', NULL, -earned, moment FROM lots
  )
  SELECT SUM(pays_interest) AS interest, SUM(pays_principal) AS principal,
    (SELECT COALESCE(SUM(points), 0) FROM entries) AS points INTO paid FROM share;

  INSERT INTO allocation (loan_id, customer_id, event_number, value_on, repayment_id, currency, costs, penalty, interest,
                          principal, excess, created_at)
  VALUES (l.id, l.customer_id, event_key, a_received_on, repaid, a_currency, 0, 0, paid.interest, paid.principal,
          a_cents - paid.interest - paid.principal, moment);
  SELECT MIN(due_on) INTO oldest_due_on FROM installment WHERE loan_id = l.id AND is_open;
  still_open := oldest_due_on IS NOT NULL;
  UPDATE loan SET outstanding = outstanding - paid.principal, is_open = still_open,
    credit = credit + a_cents - paid.interest - paid.principal, 
    next_action_on = CASE WHEN still_open THEN GREATEST(oldest_due_on, a_today) + 1 END,
    status = CASE WHEN still_open THEN status ELSE 'CLOSED' END WHERE id = l.id;

  INSERT INTO entry (booked_on, source, customer_number, loan_id, created_at)
  VALUES (a_today, 'Repayment:' || repaid, l.customer_id, l.id, moment) RETURNING id INTO entry_key;
  INSERT INTO posting (entry_id, account_id, amount, currency, created_at)
  SELECT entry_key, account.id, side.amount, a_currency, moment
  FROM (VALUES ('CASH', a_cents), ('LOANS_RECEIVABLE', -paid.principal), ('INTEREST_INCOME', -paid.interest),
               ('CUSTOMER_CREDIT', paid.interest + paid.principal - a_cents)) AS side (code, amount)
  JOIN account ON account.code = side.code AND account.currency = a_currency WHERE side.amount <> 0;

  called := 'L-' || extract(year FROM l.created_at AT TIME ZONE 'UTC') || '-' || to_char(l.id, 'FM000000');
  INSERT INTO outbox_event (kind, body, customer_id, tries, created_at)
  VALUES ('RepaymentReceived', format(
    '{"customer_id":%s,"loan_id":%s,"number":"%s","amount":{"amount":"%s","currency":"%s"}}',
    l.customer_id, l.id, called, (a_cents * 0.01)::text, a_currency), l.customer_id, 0, moment);
  IF paid.points > 0 THEN
    UPDATE points_account SET balance = balance + paid.points WHERE customer_id = l.customer_id;
    INSERT INTO outbox_event (kind, body, customer_id, tries, created_at) VALUES ('PointsEarned',
      format('{"customer_id":%s,"points":%s}', l.customer_id, paid.points), l.customer_id, 0, moment);
  END IF;
  IF NOT still_open THEN
    INSERT INTO outbox_event (kind, body, customer_id, tries, created_at) VALUES ('LoanRepaid', format(
      '{"customer_id":%s,"loan_id":%s,"number":"%s"}', l.customer_id, l.id, called), l.customer_id, 0, moment);
    IF a_cents > paid.interest + paid.principal THEN
      INSERT INTO outbox_event (kind, body, customer_id, tries, created_at) VALUES ('CreditLeft', format(
        '{"customer_id":%s,"loan_id":%s,"number":"%s","amount":{"amount":"%s","currency":"%s"}}', l.customer_id, l.id, called,
        ((a_cents - paid.interest - paid.principal) * 0.01)::text, a_currency), l.customer_id, 0, moment);
    END IF;
  END IF;
  INSERT INTO audit_entry (actor, role, session_number, operation, subject, customer_number, reason, created_at)
  SELECT 'S' || a_staff, role, a_session, 'record_repayment', 'Loan:' || l.id, l.customer_id, '', moment
  FROM staff WHERE id = a_staff;
  RETURN bench_repaid(repaid);
END $$;

CREATE OR REPLACE FUNCTION bench_repaid(a_repayment bigint) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT json_build_object('data', json_build_object('recordRepayment', json_build_object(
    '__typename', 'RepaySuccess',
    'repayment', json_build_object(
      'id', rtrim(encode(('Repayment:' || repayment.id)::bytea, 'base64'), '='),
      'amount', json_build_object('amount', (repayment.amount * 0.01)::text),
      'allocation', json_build_object(
        'costs', json_build_object('amount', (allocation.costs * 0.01)::text),
        'penalty', json_build_object('amount', (allocation.penalty * 0.01)::text),
        'interest', json_build_object('amount', (allocation.interest * 0.01)::text),
        'principal', json_build_object('amount', (allocation.principal * 0.01)::text))),
    'loan', json_build_object(
      'outstanding', json_build_object('amount', (loan.outstanding * 0.01)::text),
      'nextInstallment', (SELECT json_build_object(
        'dueOn', due_on, 'total', json_build_object('amount', ((principal + interest) * 0.01)::text))
        FROM installment WHERE loan_id = loan.id AND is_open ORDER BY number LIMIT 1)),
    'pointsEarned', (SELECT COALESCE(SUM(points), 0) FROM points_entry WHERE repayment_id = repayment.id))))::text
  FROM repayment JOIN allocation ON allocation.repayment_id = repayment.id JOIN loan ON loan.id = repayment.loan_id
  WHERE repayment.id = a_repayment
$$;
