-- A copy of a production database must never reach Urssaf, nor send for real.
UPDATE res_company
   SET urssaf_environment = 'sandbox',
       urssaf_sandbox_url = NULL,
       urssaf_sandbox_client_id = NULL,
       urssaf_sandbox_client_secret = NULL,
       urssaf_test_client_id = NULL,
       urssaf_test_client_secret = NULL,
       urssaf_production_client_id = NULL,
       urssaf_production_client_secret = NULL;

-- What had not left yet does not leave from the copy. What was sent stays as it
-- is: its identifiers belong to the real environment and are not followed here.
UPDATE urssaf_payment_request
   SET state = 'draft', next_call_at = NULL
 WHERE state IN ('queued', 'sending', 'unknown');

UPDATE account_move
   SET urssaf_state = 'draft'
 WHERE urssaf_state IN ('queued', 'sending', 'unknown');

-- Nor does a comparison that was under way go on.
UPDATE urssaf_crosscheck
   SET state = 'draft', pending = NULL
 WHERE state = 'running';

-- Nor an import of customers: its file and its lines hold names, birth dates and
-- identifiers of the real environment.
DELETE FROM ir_attachment WHERE res_model = 'urssaf.enrolment.import';
DELETE FROM urssaf_enrolment_import_line;
DELETE FROM urssaf_enrolment_import;

-- The customers of the real environment can be enrolled again in the sandbox.
UPDATE urssaf_enrolment
   SET state = 'draft',
       environment = NULL,
       external_id = NULL,
       remote_status = NULL,
       remote_message = NULL,
       active_since = NULL,
       registered_at = NULL,
       link_expires_at = NULL,
       account_known = NULL,
       answered_at = NULL,
       names_differ = NULL,
       resend_refused = NULL,
       sent_digest = NULL,
       next_call_at = NULL
 WHERE environment IS DISTINCT FROM 'sandbox'
    OR state IN ('queued', 'sending', 'unknown');

-- Nobody is written to from the copy, and no link of a customer opens a form in it.
UPDATE urssaf_enrolment
   SET companion_next_at = NULL
 WHERE companion_next_at IS NOT NULL;

DELETE FROM urssaf_customer_form_line;

UPDATE urssaf_customer_form
   SET token_digest = NULL,
       state = CASE WHEN state IN ('sent', 'submitted') THEN 'revoked' ELSE state END
 WHERE state IN ('sent', 'submitted') OR token_digest IS NOT NULL;

-- The mails that wait, or could not leave, hold the link itself: in the original it
-- still opens a form. Their queue entry goes with them.
DELETE FROM mail_message
 WHERE position('/urssaf/fiche/' IN body) > 0
    OR id IN (
        SELECT mail_message_id
          FROM mail_mail
         WHERE position('/urssaf/fiche/' IN body_html) > 0
    );

-- Without this mark the copy is a database of its own, which may call production once
-- somebody types those credentials here.
DELETE FROM ir_config_parameter
 WHERE key = 'urssaf_avance_immediate.production_database';
