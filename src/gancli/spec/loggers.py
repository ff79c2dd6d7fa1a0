"""The vocabulary of where else a run is logged."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag, TypeAdapter, ValidationError

from gancli.spec.base import Spec, named
from gancli.spec.errors import Problem, SpecError

BUILT_IN = ("tensorboard", "mlflow", "wandb")


class TensorBoard(Spec):
    """Event files for TensorBoard."""

    name: Literal["tensorboard"]
    folder: Annotated[str, Field(min_length=1)] | None = None
    """Where a folder for each run is made, from this file's folder; `tensorboard` in the run folder where not given."""


class Mlflow(Spec):
    """A run of an MLflow store."""

    name: Literal["mlflow"]
    uri: Annotated[str, Field(min_length=1)] | None = None
    """Of a server, http://…, or another store; an SQLite file in `mlruns`, beside the run folders, where not given."""
    experiment: Annotated[str, Field(min_length=1, max_length=250)] = "gancli"
    """MLflow's word for what its runs are grouped by."""


class Wandb(Spec):
    """A run of Weights & Biases."""

    name: Literal["wandb"]
    project: Annotated[str, Field(min_length=1, max_length=128)] = "gancli"
    """What Weights & Biases groups its runs by."""
    entity: Annotated[str, Field(min_length=1)] | None = None
    """The team or user; who is logged in, where not given."""
    mode: Literal["offline", "online"] = "offline"
    """offline: in the run folder, `wandb sync` sends it; online: sent at once."""


class OtherLogger(Spec):
    """A logger of another package, with options of its own."""

    model_config = ConfigDict(extra="allow")
    name: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", json_schema_extra={"not": {"enum": [*BUILT_IN]}})
    ]
    """As its entry point of the group `gancli.loggers` is called."""


def _tag(value: Any) -> str:
    name = value.get("name") if isinstance(value, dict) else getattr(value, "name", None)
    return name if name in BUILT_IN else "other"


_SCHEMAS = {name: f"#/$defs/{cls.__name__}" for name, cls in zip(BUILT_IN, (TensorBoard, Mlflow, Wandb), strict=True)}
AnyLogger = Annotated[
    Annotated[TensorBoard, Tag("tensorboard")]
    | Annotated[Mlflow, Tag("mlflow")]
    | Annotated[Wandb, Tag("wandb")]
    | Annotated[OtherLogger, Tag("other")],
    Discriminator(_tag),
    named(),
    Field(json_schema_extra={"discriminator": {"propertyName": "name", "mapping": _SCHEMAS, "open": True}}),
]
"""`tensorboard` stands for `{name: tensorboard}`."""


def logger(name: str) -> AnyLogger:
    """One without options. Raises SpecError where no logger can be called so."""
    try:
        return TypeAdapter(AnyLogger).validate_python(name)
    except ValidationError:
        raise SpecError(
            [Problem(f"--log {name}", "", f"must be the name of a logger: {', '.join(BUILT_IN)}")]
        ) from None
