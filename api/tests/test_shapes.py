"""What the API says of panels' data: the shapes that the types have."""

from api.schemas.data import PanelData
from dashboards.panels import PANEL_TYPES


def test_every_types_shape_is_described() -> None:
    described = PanelData.model_json_schema()["$defs"]
    for kind in PANEL_TYPES.values():
        assert described[kind.shape.__name__]["properties"].keys() == kind.shape.model_fields.keys()
