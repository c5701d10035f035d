-- A copy of a production database must never reach Urssaf, nor send for real.
UPDATE res_company
   SET urssaf_environment = 'sandbox',
       urssaf_sandbox_url = NULL,
       urssaf_client_id = NULL,
       urssaf_client_secret = NULL;

-- What had not left yet does not leave from the copy. What was sent stays as it
-- is: its identifiers belong to the real environment and are not followed here.
UPDATE urssaf_payment_request
   SET state = 'draft', next_call_at = NULL
 WHERE state IN ('queued', 'sending', 'unknown');

UPDATE account_move
   SET urssaf_state = 'draft'
 WHERE urssaf_state IN ('queued', 'sending', 'unknown');

UPDATE urssaf_enrolment
   SET state = 'draft', next_call_at = NULL
 WHERE state IN ('queued', 'sending', 'unknown');
