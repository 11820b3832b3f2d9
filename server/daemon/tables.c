/* daemon/tables.c - every table of the store. */
#include "daemon/tables.h"

#include <stdlib.h>

#include "authn/attempts.h"
#include "authn/credential.h"
#include "authn/fido_catalogue.h"
#include "base/span.h"
#include "front/authzen/metadata.h"
#include "front/saml/message_use.h"
#include "ledger/ledger.h"
#include "person/account.h"
#include "person/attribute.h"
#include "person/consent.h"
#include "person/history.h"
#include "person/likeness.h"
#include "person/proofing_record.h"
#include "registry/document.h"
#include "registry/entity.h"
#include "registry/finding.h"
#include "registry/source.h"
#include "registry/standing.h"
#include "signer/rollover.h"
#include "transaction/authenticator/addition.h"
#include "transaction/phone/app_caller.h"
#include "transaction/phone/app_request.h"
#include "transaction/caller/proposal.h"
#include "transaction/card/task.h"
#include "transaction/client/client_registration.h"
#include "transaction/decision/erasure_agreement.h"
#include "transaction/desk/case.h"
#include "transaction/desk/handover.h"
#include "transaction/enrolment/enrolment.h"
#include "transaction/login/known_browser.h"
#include "transaction/login/login.h"
#include "transaction/logout/logout_notice.h"
#include "transaction/notice/notice.h"
#include "transaction/phone/pairing.h"
#include "transaction/authenticator/parent_certificate.h"
#include "transaction/account/erasing.h"
#include "transaction/account/person_agreement.h"
#include "transaction/policy/table.h"
#include "transaction/proofing/proofing.h"
#include "transaction/proofing/end.h"
#include "transaction/proofing/log.h"
#include "transaction/sign_on/sign_on.h"

static const struct table *const own[] = {
	&entity_table,
	&fragment_table,
	&document_table,
	&publication_table,
	&journal_table,
	&key_table,
	&member_table,
	&member_event_table,
	&finding_table,
	&source_table,
	&member_claim_table,
	&ledger_leaf_table,
	&ledger_entry_table,
	&ledger_tile_table,
	&ledger_checkpoint_table,
	&ledger_state_table,
	&policy_table,
	&dictionary_table,
	&policy_change_table,
	&caller_table,
	&caller_secret_table,
	&caller_proposal_table,
	&access_token_table,
	&assertion_table,
	&signed_metadata_table,
	&erasure_agreement_table,
	&proofing_challenge_table,
	&proofing_outcome_table,
	&proofing_log_table,
	&proofing_end_table,
	&card_code_table,
	&card_task_table,
	&credential_table,
	&credential_name_table,
	&credential_model_table,
	&attempts_table,
	&fido_model_table,
	&fido_state_table,
	&addition_table,
	&notice_table,
	&account_table,
	&account_name_table,
	&history_table,
	&proofing_record_table,
	&account_certificate_table,
	&enrolment_table,
	&parent_certificate_table,
	&parent_due_table,
	&attribute_table,
	&consent_table,
	&likeness_table,
	&app_request_table,
	&app_code_table,
	&app_mute_table,
	&app_nonce_table,
	&pairing_table,
	&pairing_code_table,
	&desk_case_table,
	&desk_handover_table,
	&person_agreement_table,
	&erasing_table,
	&session_table,
	&login_table,
	&known_browser_table,
	&oidc_client_table,
	&oidc_client_count_table,
	&grant_table,
	&grant_of_account_table,
	&sign_on_table,
	&logout_notice_table,
	&saml_message_table,
};

table_list
tables_with(table_list more)
{
	const struct table **all;
	size_t count = 0;

	while (more && more[count])
		count++;
	all = calloc(COUNT(own) + count + 1, sizeof(*all));
	if (!all)
		abort();
	memcpy(all, own, sizeof(own));
	if (count)
		memcpy(all + COUNT(own), more, count * sizeof(*all));
	return all;
}
