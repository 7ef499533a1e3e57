"""Request codes from the account: to confirm a sign-in, and to prove a new address."""

from dataclasses import dataclass

from portico.account.owner import Owner, Owners
from portico.account.profile import FROM_DIRECTORY
from portico.codes.request import CodeAsked
from portico.codes.store import Challenges, NewChallenge
from portico.errors import InvalidRequest, MethodOff
from portico.events import Caller
from portico.ids import new_challenge_id
from portico.limits.rules import ACCOUNT_BUCKET, NEW_EMAIL_BUCKET
from portico.links.destinations import return_to
from portico.links.rules import ACCOUNT_LINK
from portico.mail.devices import device_of
from portico.mail.letters import Purpose
from portico.people.address_chain import target_of, with_room
from portico.people.address_change import AddressChanges
from portico.people.addresses import mailable
from portico.people.disposable_domains import may_sign_up
from portico.people.rules import language_of


@dataclass(frozen=True, slots=True)
class AskedConfirmation:
    """POST /v1/account/confirm."""

    workspace: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class AskedEmailChange:
    """POST /v1/account/email."""

    workspace: str
    email: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class AccountCodes:
    """Requests codes for signed-in contacts."""

    owners: Owners

    def to_confirm(self, asked: AskedConfirmation, caller: Caller) -> CodeAsked:
        """Mail a code to the contact's own address. Typing it begins a fresh session.

        Raises:
            MethodOff: the workspace has no sign-in with codes.
            NotSignedIn, TooManyRequests, TryLater: as for every code.
        """
        owner = self.owners.of(asked.workspace, caller)
        if not owner.standing.workspace.takes_codes():
            raise MethodOff
        return self._ask(owner, Purpose.SIGN_IN, None, asked.language)

    def to_change_email(self, asked: AskedEmailChange, caller: Caller) -> CodeAsked:
        """Mail a code to the contact's new address.

        If the address is another contact's, the answer is the same and no mail goes out.

        Raises:
            InvalidRequest: the address is not valid, already theirs, or of a domain that may not
                sign up.
            ReAuthNeeded: the sign-in is too old for this.
            NotSignedIn, TooManyRequests, TryLater: as for every code.
        """
        email = mailable(asked.email)
        owner = self.owners.of(asked.workspace, caller, fresh=True)
        if owner.standing.workspace.lets_directory_name(owner.standing.contact):
            raise InvalidRequest("email", FROM_DIRECTORY)
        if email == owner.standing.contact.email:
            raise InvalidRequest("email", "yours already")
        if not may_sign_up(owner.standing.workspace, email):
            raise InvalidRequest("email", "not allowed here")
        changes = AddressChanges(self.owners.people_table, asked.workspace)
        chain, now = changes.chain(owner.standing.contact), owner.clock.now()
        if target_of(email, chain, at=now) is None:
            with_room(chain, at=now)
        return self._ask(owner, Purpose.NEW_EMAIL, email, asked.language)

    def _ask(
        self, owner: Owner, purpose: Purpose, email: str | None, language: str | None
    ) -> CodeAsked:
        workspace, caller = owner.standing.workspace, owner.caller
        bucket = ACCOUNT_BUCKET if email is None else NEW_EMAIL_BUCKET
        self.owners.limits.start(workspace, caller.network, bucket=bucket, at=owner.clock.now())
        new = NewChallenge(
            id=new_challenge_id(workspace.id),
            purpose=purpose,
            link=ACCOUNT_LINK,
            email=email,
            contact_id=owner.id,
            return_to=return_to(workspace, None, None, issuer=caller.own_origin),
            stay=workspace.stay,
            device=device_of(caller.user_agent),
            known=None,
            language=language_of(language),
            # The page of the account asks for no shared computer again.
            shared_computer=owner.standing.session.shared_computer,
        )
        event = owner.event("code.requested", purpose=purpose.value)
        challenges = Challenges(self.owners.sign_in_table, workspace.id)
        return CodeAsked(challenges.begin(new, caller, event))
