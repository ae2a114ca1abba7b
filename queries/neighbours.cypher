// about: What stands next to a node, by relation, with the number of papers that say so.
// param: node: Node - any thing: its name, or its id
// param: limit: int = 100 - most rows returned
// returns: node: str - name of the node asked about
// returns: direction: str - out (it says the relation of the other) or in
// returns: relation: str - type of the edge
// returns: says: str? - stance or outcome, where the relation has one
// returns: type: str - type of the other node
// returns: name: str - name of the other node
// returns: papers: int - number of papers that say so
// returns: paper: str? - id of the paper with the best sentence
// returns: title: str? - title of that paper
// returns: year: int? - year of that paper
// returns: quote: str? - the best sentence
// returns: confidence: float - confidence of that sentence
// returns: id: str - id of the other node
// returns: edge: str - id of the edge with the best sentence
// returns: note: str? - what must be said of the paper's text, such as methodkg summary
// ask: what is next to {node}?
// ask: what is connected to {node}?
// ask: what is linked to {node}?
// ask: what is around {node}?
// ask: what surrounds {node}?
// ask: what are the neighbours of {node}?
// ask: what are the neighbors of {node}?
// ask: neighbours of {node}
// ask: neighbors of {node}
// ask: tell me about {node}
// ask: what is {node}?
// ask: which papers use {node}?
// ask: who uses {node}?
UNWIND $node AS wanted
MATCH (n:Paper|Method|Problem|Task|Dataset|Benchmark|Metric|Result {id: wanted})
MATCH (n)-[e]-(x)
WITH n, x, e
ORDER BY e.confidence DESC, e.id
WITH n, x, type(e) AS relation, startNode(e).id = n.id AS outgoing, coalesce(e.stance, e.outcome) AS says,
  count(DISTINCT e.paper) AS papers, head(collect(e)) AS best
WITH n, x, relation, outgoing, says, papers, best, best.paper AS paper_id
OPTIONAL MATCH (w:Paper {id: paper_id})
RETURN n.name AS node, CASE WHEN outgoing THEN 'out' ELSE 'in' END AS direction, relation, says,
  labels(x)[0] AS type, x.name AS name, papers, w.id AS paper, w.name AS title, w.year AS year,
  best.quote AS quote, best.confidence AS confidence, x.id AS id, best.id AS edge, w.note AS note
ORDER BY papers DESC, relation, direction, x.id, n.id, best.id
LIMIT $limit
