"""Every kind of syntax node a query may hold, with every field it may have. What is not here is refused.

`name` holds a value or nodes that say their kind, `name:Kind` a node of that kind, `name=` a constant. Left out on
purpose: SelectStmt's intoClause and lockingClause, TypeName's setof and pct_type, SortBy's useOp, XML and SQL/JSON.
"""

_KINDS = """
SelectStmt distinctClause targetList fromClause whereClause groupClause groupDistinct havingClause windowClause \
valuesLists sortClause limitOffset limitCount limitOption op all larg:SelectStmt rarg:SelectStmt withClause:WithClause
WithClause ctes recursive
CommonTableExpr ctename aliascolnames ctematerialized ctequery search_clause:CTESearchClause cycle_clause:CTECycleClause
CTESearchClause search_col_list search_breadth_first search_seq_column
CTECycleClause cycle_col_list cycle_mark_column cycle_mark_value cycle_mark_default cycle_path_column
ResTarget name val
ColumnRef fields
ParamRef number
A_Const ival= fval= sval= boolval= bsval= isnull
A_Star
A_Expr kind name lexpr rexpr rexpr_list_start rexpr_list_end
BoolExpr boolop args
NullTest arg nulltesttype
BooleanTest arg booltesttype
CaseExpr arg args defresult
CaseWhen expr result
CoalesceExpr args
MinMaxExpr op args
FuncCall funcname args agg_order agg_filter over:WindowDef agg_within_group agg_star agg_distinct func_variadic \
funcformat
NamedArgExpr arg name argnumber
WindowDef name refname partitionClause orderClause frameOptions startOffset endOffset
SortBy node sortby_dir sortby_nulls
TypeCast arg typeName:TypeName
TypeName names typmods typemod arrayBounds
CollateClause arg collname
A_ArrayExpr elements list_start list_end
A_Indirection arg indirection
A_Indices is_slice lidx uidx
SubLink subLinkType testexpr operName subselect
RowExpr args row_format
GroupingSet kind content
GroupingFunc args
SQLValueFunction op typmod
RangeVar catalogname schemaname relname inh relpersistence alias:Alias
RangeSubselect lateral subquery alias:Alias
RangeFunction lateral ordinality is_rowsfrom functions alias:Alias coldeflist
RangeTableSample relation method args repeatable
JoinExpr jointype isNatural larg rarg usingClause join_using_alias:Alias quals alias:Alias
Alias aliasname colnames
ColumnDef colname typeName:TypeName is_local collClause:CollateClause
List items
String sval
Integer ival
"""

# Those a plain expression over the columns of one row is made of.
_PLAIN_KINDS = """
String Integer List ColumnRef ParamRef A_Const A_Expr BoolExpr NullTest BooleanTest CaseExpr CaseWhen CoalesceExpr
MinMaxExpr FuncCall NamedArgExpr TypeCast TypeName CollateClause A_ArrayExpr A_Indirection A_Indices RowExpr
SQLValueFunction SortBy
"""

CONSTANT = "="
PLAIN = frozenset(_PLAIN_KINDS.split())


def _shape(fields: list[str]) -> dict[str, str]:
    """Field → the kind its value is of, CONSTANT, or empty where the value says it itself."""
    shape = {"location": ""}
    for field in fields:
        name, _, kind = field.removesuffix(CONSTANT).partition(":")
        shape[name] = CONSTANT if field.endswith(CONSTANT) else kind
    return shape


SHAPES: dict[str, dict[str, str]] = {line.split()[0]: _shape(line.split()[1:]) for line in _KINDS.strip().splitlines()}

# What the refusal of the commoner ones is called.
NAMES: dict[str, str] = {
    "InsertStmt": "INSERT",
    "UpdateStmt": "UPDATE",
    "DeleteStmt": "DELETE",
    "MergeStmt": "MERGE",
    "intoClause": "SELECT INTO",
    "lockingClause": "row locks (FOR UPDATE, FOR SHARE)",
    "useOp": "ORDER BY … USING",
    "pct_type": "%TYPE",
    "SetToDefault": "DEFAULT",
    "XmlExpr": "XML functions",
    "XmlSerialize": "XML functions",
    "RangeTableFunc": "XMLTABLE",
    "JsonFuncExpr": "JSON_VALUE, JSON_QUERY and JSON_EXISTS (use -> and ->>)",
    "JsonTable": "JSON_TABLE (use jsonb_to_recordset)",
}
