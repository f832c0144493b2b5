"""The description of the API for programs: OpenAPI, with scopes and problems of each operation."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from cornbread.foundation.problems import MEDIA_TYPE
from cornbread.team.api_access import Scoped
from cornbread.team.schemas import Problem

#: status: (name, what it means). What Django itself may answer anywhere (405, 500) is not here.
PROBLEMS = {
    400: ("Unparsable", "The body is not JSON."),
    401: ("Unauthenticated", "The token is missing, unknown, expired or revoked."),
    403: ("NotAllowed", "The token lacks the scope, or the role of its member the permission."),
    404: ("NotFound", "There is no such thing in the workspace, or it is not for this reader."),
    409: ("Stale", "It changed in the meantime; `detail` says what."),
    413: ("TooLarge", "The body is larger than 5 MB."),
    422: ("Invalid", "Something cannot be used as it is; `fields` says what and why."),
    503: ("Overloaded", "It cannot be stored just now; send it again after `Retry-After` seconds."),
}


class DocumentedAPI(NinjaAPI):
    """Ninja's API with a description that holds what a caller needs to know."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The whole description; paths begin with the prefix under which the API is mounted."""
        if path_prefix is None:
            path_prefix = self.get_root_path(path_params or {})
        return Description(self, path_prefix)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The function's own name: every operation of the API has another one."""
        return operation.view_func.__name__


class Description(OpenAPISchema):
    """OpenAPI with scopes, problems and summaries."""

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        """One operation, with its first sentence as summary and the scopes it needs."""
        details: dict[str, Any] = super().operation_details(operation)
        summary, _, rest = (operation.view_func.__doc__ or "").strip().partition("\n")
        scopes = " and ".join(f"`{scope}`" for scope in _scopes(operation))
        words = " ".join(rest.split())
        details["summary"] = summary.strip()
        details["description"] = f"{words} Needs {scopes}.".strip()
        details["parameters"] = [_plain(one) for one in details["parameters"]]
        if "requestBody" in details:
            details["requestBody"] = _plain(details["requestBody"])
        return details

    def operation_security(self, operation: Operation) -> list[dict[str, Any]] | None:
        """The bearer token, with the scopes that it has to hold."""
        return [{"token": _scopes(operation)}]

    def responses(self, operation: Operation) -> dict[int, dict[str, Any]]:
        """What the operation answers, and the problems it may report."""
        found = {status: _plain(one) for status, one in super().responses(operation).items()}
        for status in _problems(operation):
            found[status] = {"$ref": f"#/components/responses/{PROBLEMS[status][0]}"}
        return found

    def get_components(self) -> dict[str, Any]:
        """Shapes, problems and how a token is sent."""
        shape = Problem.model_json_schema()
        schemas = {name: _plain(one) for name, one in (self.schemas | {"Problem": shape}).items()}
        content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        return {
            "schemas": dict(sorted(schemas.items())),
            "responses": {
                name: {"description": meaning, "content": content}
                for name, meaning in PROBLEMS.values()
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        }


def _scopes(operation: Operation) -> list[str]:
    doors = [one for one in operation.auth_callbacks if isinstance(one, Scoped)]
    return [scope for door in doors for scope in door.scopes]


def _problems(operation: Operation) -> list[int]:
    sources = {model.__ninja_param_source__ for model in operation.models}
    writes = not set(operation.methods) <= {"GET"}
    wanted = {401, 403, 422}
    wanted |= {404} if "path" in sources else set()
    wanted |= {409} if writes and "path" in sources else set()
    wanted |= {400, 413} if "body" in sources else set()
    # Posts that are handed in are stored before they are taken in, and a disk may be full.
    stored = 202 in operation.response_models and "path" not in sources
    wanted |= {503} if stored else set()
    return sorted(wanted)


def _plain(part: Any) -> Any:
    """Without the titles that pydantic makes of names; a property called title stays."""
    if isinstance(part, dict):
        noise = isinstance(part.get("title"), str)
        return {name: _plain(value) for name, value in part.items() if name != "title" or not noise}
    if isinstance(part, list):
        return [_plain(one) for one in part]
    return part
