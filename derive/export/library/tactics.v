(* What the side conditions ask for. *)
Ltac positive := first
  [ assumption
  | exact: ltr01
  | exact: ltr0Sn
  | solve [apply: ex_gt0]
  | match goal with H : _ |- _ => solve [apply: H] end
  | match goal with H : is_true (0 < path _ _ _ _ _ _) |- _ =>
      first [ eapply path_policy_gt0; solve [exact: H | assumption | lia]
            | eapply path_dynamics_gt0; solve [exact: H | assumption | lia]
            | eapply path_start_gt0; solve [exact: H | assumption] ]
    end
  | solve [apply: zr_gt0; lia]
  | solve [apply: mulr_gt0; positive]
  | solve [apply: addr_gt0; positive]
  | solve [apply: smaller_gt0; positive]
  | solve [rewrite invr_gt0; positive]
  | solve [apply: exprn_gt0; positive]
  | solve [apply: time_prod_gt0 => ? ? ?; positive]
  | solve [apply: prod_gt0 => ?; positive]
  | match goal with x0 : _ |- _ => solve [apply: (sum_gt0 x0) => ?; positive] end ].
Ltac nonneg := first
  [ assumption
  | match goal with H : _ |- _ => solve [apply: H] end
  | exact: ler01 | exact: lexx | solve [apply: ler0n]
  | solve [apply: zr_ge0; lia]
  | solve [apply: even_ge0; exact: isT]
  | match goal with H : is_true (?a <= ?b) |- is_true (0 <= ?c) =>
      solve [rewrite (_ : c = b - a); [by rewrite subr_ge0 | ring]] end
  | solve [apply: mulr_ge0; nonneg]
  | solve [apply: addr_ge0; nonneg]
  | solve [apply: exprn_ge0; nonneg]
  | solve [rewrite invr_ge0; nonneg]
  | solve [apply: powz_ge0; nonneg]
  | solve [apply: time_ge0 => ? ? ?; nonneg]
  | solve [apply: sum_ge0 => ?; nonneg]
  | solve [apply: prod_ge0 => ?; nonneg]
  | solve [apply: mean_ge0 => ?; nonneg]
  | solve [apply: maximum_ge0 => ?; nonneg]
  | solve [apply: smaller_ge0; nonneg]
  | solve [apply: larger_ge0; first [left; nonneg | right; nonneg]]
  | solve [apply: path_ge0 => *; nonneg]
  | solve [apply: expect_ge0 => *; nonneg]
  | solve [apply: given_ge0 => *; nonneg]
  | solve [apply: samples_ge0 => *; nonneg]
  | solve [apply: ltW; positive] ].
Ltac nonzero := first [ exact: isT | assumption | solve [by rewrite pnatr_eq0] | solve [by rewrite intr_eq0] | solve [apply: powz_neq0; nonzero] | solve [apply: lt0r_neq0; positive] ].
Ltac constant := first
  [ assumption
  | exact: D0 | exact: D1 | exact: D_nat | exact: D_zr
  | match goal with H : _ |- _ => solve [apply: H] end
  | solve [apply: D_oppc; constant]
  | solve [apply: D_addc; constant]
  | solve [apply: D_mulc; constant]
  | solve [apply: D_invc; constant]
  | solve [apply: D_expc; constant]
  | solve [apply: D_powc; constant]
  | solve [apply: D_exc; constant]
  | solve [apply: D_lnc; [positive | constant]]
  | solve [apply: D_meanc => ?; constant]
  | solve [apply: D_prodc => ?; constant]
  | solve [apply: D_sumc => ?; constant]
  | solve [apply: paths_Dc => ? ?; constant]
  | solve [apply: samples_Dc => *; constant]
  | solve [apply: expect_Dc => *; constant]
  | solve [apply: given_Dc => *; constant]
  | match goal with |- context [if ?b then _ else _] => case: b; constant end ].
Ltac fields := field; repeat (apply/andP; split); nonzero.
Ltac powers :=
  rewrite ?powzM; repeat first [rewrite powz_add_nat; [|lia|lia] | rewrite powz_add; last nonzero]; repeat (rewrite powz_mul; last nonzero);
  rewrite ?powz_pos ?powz_neg ?powz0; cbn [Pos.to_nat Pos.iter_op Nat.add]; first [reflexivity | ring | fields].
Ltac casts := rewrite ?(zrD, zrB, zrN, zr0, zr_pos, zr_neg); cbn [Pos.to_nat Pos.iter_op Nat.add]; rewrite ?mulr1n; ring.
(* The tests of a case distinction, of which one is known to hold or none. *)
Ltac decide := repeat match goal with
  | H : is_true (Z.eqb ?x ?y) |- _ => move/Z.eqb_eq: H => H
  | H : Z.eqb ?x ?y = true |- _ => move/Z.eqb_eq: H => H
  | H : Z.eqb ?x ?y = false |- _ => move/Z.eqb_neq: H => H
  end;
  repeat match goal with |- context [Z.eqb ?x ?y] =>
    first [ rewrite (_ : Z.eqb x y = true); last (apply/Z.eqb_eq; lia)
          | rewrite (_ : Z.eqb x y = false); last (apply/Z.eqb_neq; lia) ]
  end.
(* The larger and the smaller of the same numbers, however they are grouped. *)
Ltac lattice := rewrite /larger /smaller; apply/le_anti/andP; split;
  rewrite !(le_maxl, le_maxr, le_minl, le_minr) !lexx ?(orbT, andbT) //.
Ltac places := repeat first [reflexivity | lia | f_equal].

(* Two terms that differ in the trajectory alone, at positions of the time line after q. *)
Ltac same q hs ha :=
  cbv beta;
  first
  [ match goal with |- ?x = ?y => constr_eq x y; reflexivity end
  | apply: hs; lia | apply: ha; lia | apply: hs | apply: ha
  | apply: upd_same; lia | apply: upd_other; lia | symmetry; apply: upd_other; lia
  | apply: time_eq => ? ? ?; same q hs ha
  | apply: time_prod_eq => ? ? ?; same q hs ha
  | apply: sum_eq => ?; same q hs ha
  | apply: mean_eq => ?; same q hs ha
  | apply: variance_eq => ?; same q hs ha
  | apply: samples_same => [|?|?]; same q hs ha
  | apply: maximum_eq => ?; same q hs ha
  | apply: history_agree => ? ? ?; same q hs ha
  | apply: path_agree => ? ? ?; same q hs ha
  | apply: (@given_agree _ _ _ _ _ _ _ _ _ _ q);
    [ lia
    | lazymatch goal with |- known ?m _ => up_to m end
    | move=> ? ?; same q hs ha
    | move=> ? ?; same q hs ha ]
  | apply: given_whole;
    [ up_to q
    | move=> ?; same q hs ha
    | move=> ?; same q hs ha ]
  | f_equal; same q hs ha ]
with values_of := let h := fresh "h" in move=> ? ? h; same 0%Z h I
with up_to q := let h := fresh "h" in let g := fresh "g" in move=> ? ? ? ? h g; same q h g.
