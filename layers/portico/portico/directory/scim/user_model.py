"""What we keep of users and groups that a directory sends, as the standard's schemas of them.

Only what we use: whatever else a directory sends is let go. So there is no password to keep.
"""

from typing import Annotated, Any

from pydantic import Field
from scim2_models import (
    URN,
    AnyExtension,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    Filter,
    Mutability,
    Patch,
    Reference,
    Required,
    Resource,
    ResourceType,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)

from portico.directory.scim.group_shapes import GROUP_SCHEMA
from portico.directory.scim.scim_shapes import USER_SCHEMA

MOST_RESULTS = 100
"""Users, or groups, of one page."""


class Name(ComplexAttribute):
    """The parts of a person's name."""

    formatted: str | None = None
    family_name: str | None = None
    given_name: str | None = None


class Email(ComplexAttribute):
    """One address of a person."""

    value: str | None = None
    type: str | None = None
    primary: bool | None = None


class User(Resource[AnyExtension]):
    """A person of the directory."""

    __schema__ = URN(USER_SCHEMA)

    external_id: Annotated[str | None, CaseExact.true] = None
    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    name: Name | None = None
    display_name: str | None = None
    active: Annotated[bool | None, Required.true] = None
    emails: list[Email] | None = None


class GroupMember(ComplexAttribute):
    """A user who is in a group."""

    value: Annotated[str | None, CaseExact.true, Mutability.immutable] = None
    # The schema names this kind by these very letters, and clients find it by them.
    ref: Annotated[
        Reference["User"] | None,  # type: ignore[type-arg]
        Mutability.immutable,
    ] = Field(None, serialization_alias="$ref", validation_alias="$ref")
    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User"])


class Group(Resource[AnyExtension]):
    """A group of the directory."""

    __schema__ = URN(GROUP_SCHEMA)

    external_id: Annotated[str | None, CaseExact.true] = None
    display_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    members: list[GroupMember] | None = None


def provider() -> ScimProvider:
    """Return the description of our service: what it keeps, and what it tolerates."""
    config = ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=True, max_results=MOST_RESULTS),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=False),
        etag=ETag(supported=True),
        authentication_schemes=[
            AuthenticationScheme(
                type=AuthenticationScheme.Type.oauthbearertoken,
                name="Key of the workspace",
                description="A key with the scope scim, as a bearer token",
                primary=True,
            )
        ],
    )
    tolerated = ScimPolicy(
        unknown=ScimPolicy.Unknown.ignore,
        remove_value_as_filter=ScimPolicy.RemoveValue.apply,
        unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
    )
    models: list[type[Resource[Any]]] = [User, Group]
    kinds = [ResourceType.from_resource(each) for each in models]
    return ScimProvider(models=models, resource_types=kinds, config=config, policy=tolerated)
