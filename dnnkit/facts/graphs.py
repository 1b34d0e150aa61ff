"""Facts about the order in which the nodes of a graph are listed."""

FEW = 8  # nodes that are listed by name


def order_facts(inputs: dict, output: object) -> dict[str, object]:
    """State which nodes of a graph are listed, and whether parents come first.

    Args:
        inputs: not needed.
        output: dict with `order`, the names in the list, and `parents`, a dict from the name of each node that must be
            listed to the names of its parents.

    Returns:
        Facts: about the nodes, and about their order.
    """
    order, parents = (output[name] for name in ("order", "parents"))  # type: ignore[index]
    place = {name: position for position, name in enumerate(order)}
    early = [
        name for name in parents for parent in parents[name] if place.get(parent, -1) > place.get(name, len(order))
    ]
    if len(order) <= FEW:
        nodes = ", ".join(sorted(str(name) for name in order))
    else:
        nodes = f"{len(order):,}, of which {len(parents.keys() & place.keys()):,} are different nodes of the graph"
    return {"nodes": nodes, "parents come first": "no" if early else "yes"}
