/* base/role.h - the kinds of process the daemon is made of (design: one writer, one key holder, many readers).
 *
 * A link between two processes carries the role of each end, given by the supervisor that made it: no process
 * can claim a role. Tables and signing requests name the roles that may use them.
 */
#pragma once

enum role {
	ROLE_NONE,
	ROLE_SUPERVISOR,
	ROLE_WORKER,
	ROLE_RECORDER,
	ROLE_STEWARD,
	ROLE_SIGNER,
	ROLE_COUNT,
};

/* Sets of roles, for tables of rights. */
#define ROLE_BIT(role) (1u << (role))
